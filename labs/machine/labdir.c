// SPDX-License-Identifier: GPL-2.0-only
/*
 * labdir.c - make the ids of labs, and keep notes about labs in the state folder
 *
 * Nothing is written into a lab's own folder, which may be read-only, shared, or under version
 * control. state/labs/ID/lab.info, next to the folders of the lab's machines, says where the lab
 * is. Called by machine.c to find machines, and by the verbs and modules about labs.
 */
#include "machine/labdir.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/where.h"

char *lab_id(const char *dir)
{
	char *path = realpath(dir, NULL), *base, *id;
	const char *slash;
	int size = 0;

	if (!path)
		path = txt_copy(dir);
	slash = strrchr(path, '/');
	base = id = txt_printf("%.24s", slash ? slash + 1 : path);
	for (char *at = id; *at; at++) {
		/* A run of other characters becomes one dash. */
		if (isalnum((unsigned char)*at) || *at == '_')
			id[size++] = *at;
		else if (size && id[size - 1] != '-')
			id[size++] = '-';
	}
	id[size] = '\0';
	id = txt_printf("%s%s%08x", id, size && id[size - 1] != '-' ? "-" : "",
			(unsigned int)txt_hash(path));
	free(path);
	free(base);
	return id;
}

char *lab_state_dir(const char *id)
{
	return txt_printf("%s/labs/%s", where_state(), id);
}

int lab_state_read(const char *id, struct conf *conf)
{
	return conf_read(conf, txt_printf("%s/lab.info", lab_state_dir(id)));
}

int lab_state_write(const char *id, const char *dir, const char *name)
{
	struct conf conf = { 0 };
	int error = dir_make(lab_state_dir(id), 0700);

	if (error)
		return error;
	/* Keep the domains that labnet_domain_note() has added. */
	lab_state_read(id, &conf);
	conf_set(&conf, "dir", dir);
	conf_set(&conf, "name", name);
	return conf_write(&conf, txt_printf("%s/lab.info", lab_state_dir(id)));
}

void lab_state_prune(const char *id)
{
	char *dir = lab_state_dir(id), *info = txt_printf("%s/lab.info", dir);
	struct dirent *entry;
	DIR *open = opendir(dir);
	bool empty = true;

	while (open && (entry = readdir(open)))
		if (*entry->d_name != '.' && strcmp(entry->d_name, "lab.info"))
			empty = false;
	if (open)
		closedir(open);
	if (empty) {
		unlink(info);
		rmdir(dir);
	}
}

void lab_state_list(struct words *ids)
{
	DIR *open = opendir(txt_printf("%s/labs", where_state()));
	struct dirent *entry;

	while (open && (entry = readdir(open)))
		if (*entry->d_name != '.')
			words_add(ids, entry->d_name);
	if (open)
		closedir(open);
	words_sort(ids);
}
