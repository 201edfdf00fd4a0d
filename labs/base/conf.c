// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf.c - read and write files of "key=value" lines
 *
 * Called by all code of the command and of the keeper that keeps settings or notes in files.
 * Reading never fails because of a file's content: lines without "=" are skipped.
 */
#include "base/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

void conf_add(struct conf *conf, const char *key, const char *value)
{
	words_add(&conf->keys, key);
	words_add(&conf->values, value);
	/* A newline would start another key when the file is read again. */
	for (char *at = conf->values.at[conf->values.nr - 1]; *at; at++)
		if (*at == '\n')
			*at = ' ';
}

void conf_parse(struct conf *conf, const char *text)
{
	char *copy = txt_copy(text), *rest = copy, *line, *equal;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		equal = strchr(line, '=');
		if (*line == '#' || !equal)
			continue;
		*equal = '\0';
		conf_add(conf, txt_trim(line), txt_trim(equal + 1));
	}
	free(copy);
}

int conf_read(struct conf *conf, const char *path)
{
	size_t size;
	char *text;
	int error = file_read(path, &text, &size);

	*conf = (struct conf){ 0 };
	if (error)
		return error;
	conf_parse(conf, text);
	free(text);
	return 0;
}

char *conf_format(const struct conf *conf)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < conf->keys.nr; i++)
		fprintf(out, "%s=%s\n", conf->keys.at[i], conf->values.at[i]);
	fclose(out);
	return text;
}

int conf_write(const struct conf *conf, const char *path)
{
	char *text = conf_format(conf);
	int error = file_write(path, text, strlen(text), 0600);

	free(text);
	return error;
}

const char *conf_next(const struct conf *conf, const char *key, int *at)
{
	while (++*at < conf->keys.nr)
		if (!strcmp(conf->keys.at[*at], key))
			return conf->values.at[*at];
	return NULL;
}

const char *conf_get(const struct conf *conf, const char *key)
{
	const char *value, *last = NULL;

	for (int at = -1; (value = conf_next(conf, key, &at));)
		last = value;
	return last;
}

long conf_get_int(const struct conf *conf, const char *key, long otherwise)
{
	const char *value = conf_get(conf, key);

	return value ? atol(value) : otherwise;
}

bool conf_get_bool(const struct conf *conf, const char *key)
{
	const char *value = conf_get(conf, key);
	bool truth;

	return value && txt_bool_parse(value, &truth) && truth;
}

void conf_set(struct conf *conf, const char *key, const char *value)
{
	int kept = 0;

	for (int i = 0; i < conf->keys.nr; i++) {
		if (!strcmp(conf->keys.at[i], key)) {
			free(conf->keys.at[i]);
			free(conf->values.at[i]);
			continue;
		}
		conf->keys.at[kept] = conf->keys.at[i];
		conf->values.at[kept++] = conf->values.at[i];
	}
	conf->keys.nr = conf->values.nr = kept;
	if (value)
		conf_add(conf, key, value);
}

void conf_setf(struct conf *conf, const char *key, const char *fmt, ...)
{
	char *value;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&value, fmt, args) < 0)
		value = NULL;
	va_end(args);
	conf_set(conf, key, value);
	free(value);
}
