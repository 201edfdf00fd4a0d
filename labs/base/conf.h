/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf.h - files of "key=value" lines: machine.conf, umlab.conf, IMAGE.info and others
 *
 * A key may occur more than once. Lines without "=" and lines that start with # are skipped.
 */
#ifndef CONF_H
#define CONF_H

#include "base/txt.h"

struct conf {
	struct words keys, values;	/* same length */
};

/* Replaces what is in @conf. 0 or -errno; a missing file is -ENOENT and leaves it empty. */
int conf_read(struct conf *conf, const char *path);
void conf_parse(struct conf *conf, const char *text);
int conf_write(const struct conf *conf, const char *path);
char *conf_format(const struct conf *conf);

/* The last value of a key, or NULL, or @otherwise. */
const char *conf_get(const struct conf *conf, const char *key);
long conf_get_int(const struct conf *conf, const char *key, long otherwise);
bool conf_get_bool(const struct conf *conf, const char *key);
void conf_add(struct conf *conf, const char *key, const char *value);
/* Replaces all values of @key; NULL removes them. */
void conf_set(struct conf *conf, const char *key, const char *value);
void conf_setf(struct conf *conf, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Loops over the values of one key: for (int at = -1; (value = conf_next(conf, "nic", &at));) */
const char *conf_next(const struct conf *conf, const char *key, int *at);

#endif
