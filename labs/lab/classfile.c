// SPDX-License-Identifier: GPL-2.0-only
/*
 * classfile.c - find a class and its students, and make each student's copy of a lab
 *
 * Called by `umlab class`. A class consists of folders only, and each student's copy is an
 * ordinary lab. Parameters are drawn from a hash, so a copy that is made again gets the same
 * parameters.
 */
#include "lab/classfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/where.h"

char *class_dir(const char *name)
{
	return txt_printf("%s/classes/%s", where_state(), name);
}

char *class_lab_dir(const char *name, const char *login)
{
	return txt_printf("%s/students/%s", class_dir(name), login);
}

int class_students(const char *name, struct words *logins)
{
	DIR *dir = opendir(txt_printf("%s/students", class_dir(name)));
	struct dirent *entry;

	if (!dir)
		return -ENOENT;
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			words_add(logins, entry->d_name);
	closedir(dir);
	words_sort(logins);
	return 0;
}

/* Returns the value of the parameter @inner, the text between the braces. NULL: invalid. */
static char *parameter(const char *inner, const char *login, int number)
{
	struct words words = { 0 };
	long from, to;
	uint64_t draw, span;

	words_split(&words, inner, " \t");
	if (words.nr == 1 && !strcmp(words.at[0], "login"))
		return txt_copy(login);
	if (words.nr == 1 && !strcmp(words.at[0], "number"))
		return txt_printf("%d", number);
	if (words.nr < 3)
		return NULL;
	draw = txt_hash(txt_printf("%s %s", login, words.at[1]));
	/* The low bits of FNV-1a depend mostly on the last letter, so mix all bits. */
	draw = (draw ^ draw >> 29) * 0xbf58476d1ce4e5b9ull >> 16;
	if (!strcmp(words.at[0], "word"))
		return txt_copy(words.at[2 + draw % (words.nr - 2)]);
	if (strcmp(words.at[0], "range") || sscanf(words.at[2], "%ld-%ld", &from, &to) != 2 ||
	    to < from)
		return NULL;
	/* The span of the widest range, 2^64, overflows to 0. */
	span = (uint64_t)to - (uint64_t)from + 1;
	return txt_printf("%ld", (long)((uint64_t)from + (span ? draw % span : draw)));
}

char *class_parameters_apply(const char *text, const char *login, int number)
{
	const char *open, *close;
	char *result = NULL, *value;
	bool any = false;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	while ((open = strstr(text, "{{")) && (close = strstr(open, "}}"))) {
		value = parameter(txt_copy_part(open + 2, close - open - 2), login, number);
		fwrite(text, 1, open - text, out);
		if (value)
			fputs(value, out);
		else
			fwrite(open, 1, close + 2 - open, out);
		any |= value != NULL;
		text = close + 2;
	}
	fputs(text, out);
	fclose(out);
	return any ? result : NULL;
}

/* Copies a file and replaces its parameters. A file with a NUL byte is copied unchanged. */
static int copy_file(const char *from, const char *to, mode_t mode, const char *login, int number)
{
	char *text, *changed = NULL;
	size_t size;
	int error = file_read(from, &text, &size);

	if (error)
		return error;
	if (!memchr(text, '\0', size))
		changed = class_parameters_apply(text, login, number);
	error = changed ? file_write(to, changed, strlen(changed), mode) :
		file_write(to, text, size, mode);
	free(text);
	free(changed);
	return error;
}

static int copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t size = readlink(from, target, sizeof(target) - 1);

	if (size < 0)
		return -errno;
	target[size] = '\0';
	return symlink(target, to) ? -errno : 0;
}

/* Copies one entry of a folder. Skips anything but folders, links and regular files. */
static int copy_entry(const char *from, const char *to, const char *login, int number,
		      char **reason)
{
	struct stat status;

	if (lstat(from, &status))
		return -errno;
	if (S_ISDIR(status.st_mode))
		return class_lab_copy(from, to, login, number, reason);
	if (S_ISLNK(status.st_mode))
		return copy_link(from, to);
	if (S_ISREG(status.st_mode))
		return copy_file(from, to, status.st_mode & 0777, login, number);
	return 0;
}

int class_lab_copy(const char *from, const char *to, const char *login, int number, char **reason)
{
	DIR *dir = opendir(from);
	struct dirent *entry;
	int error = dir ? dir_make(to, 0755) : -errno;

	while (!error && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		char *source, *target;

		if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, ".git"))
			continue;
		source = txt_printf("%s/%s", from, name);
		target = txt_printf("%s/%s", to, name);
		error = copy_entry(source, target, login, number, reason);
		if (error && !*reason)
			*reason = txt_printf("%s: %s", source, strerror(-error));
		free(source);
		free(target);
	}
	if (dir)
		closedir(dir);
	if (error && !*reason)
		*reason = txt_printf("%s: %s", from, strerror(-error));
	return error;
}
