/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf.h - read and write files of "key=value" lines: machine.conf, umlab.conf, IMAGE.info, ...
 *
 * A key may occur more than once. Lines without "=" and lines that start with # are skipped.
 */
#ifndef CONF_H
#define CONF_H

#include "base/txt.h"

struct conf {
	struct words keys, values;	/* same length */
};

/* Fills @conf from the file @path. 0, or -errno with @conf empty; -ENOENT: no such file. */
int conf_read(struct conf *conf, const char *path);
/* Adds the lines of @text to @conf. */
void conf_parse(struct conf *conf, const char *text);
/* Replaces the file @path with the content of @conf. 0 or -errno. */
int conf_write(const struct conf *conf, const char *path);
/* Returns what conf_write() writes, as a new string. */
char *conf_format(const struct conf *conf);

/* Return the last value of @key. If @key has no value, return NULL, @otherwise or false. */
const char *conf_get(const struct conf *conf, const char *key);
long conf_get_int(const struct conf *conf, const char *key, long otherwise);
bool conf_get_bool(const struct conf *conf, const char *key);
void conf_add(struct conf *conf, const char *key, const char *value);
/* Replaces all values of @key with @value. If @value is NULL, removes the values. */
void conf_set(struct conf *conf, const char *key, const char *value);
void conf_setf(struct conf *conf, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Steps through the values of a key: for (int at = -1; (value = conf_next(conf, "nic", &at));) */
const char *conf_next(const struct conf *conf, const char *key, int *at);

#endif
