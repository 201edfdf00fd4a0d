/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conf.h - files of "key=value" lines: machine.conf, umlab.conf, what images say of themselves
 *
 * A key may occur more than once. Lines that start with # and blank ones are kept out.
 */
#ifndef CONF_H
#define CONF_H

#include "base/txt.h"

struct conf {
	struct words keys, values;	/* same length */
};

/* 0 or -errno; a missing file is -ENOENT. */
int conf_read(struct conf *conf, const char *path);
void conf_parse(struct conf *conf, const char *text);
int conf_write(const struct conf *conf, const char *path);
char *conf_format(const struct conf *conf);

/* The last value, or NULL. */
const char *conf_get(const struct conf *conf, const char *key);
long conf_get_int(const struct conf *conf, const char *key, long otherwise);
bool conf_get_bool(const struct conf *conf, const char *key);
void conf_add(struct conf *conf, const char *key, const char *value);
/* Replaces all values of @key; NULL removes them. */
void conf_set(struct conf *conf, const char *key, const char *value);
void conf_setf(struct conf *conf, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Runs through the values of one key: for (int at = -1; (value = conf_next(conf, "nic", &at));) */
const char *conf_next(const struct conf *conf, const char *key, int *at);

#endif
