/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yamlfile.h - YAML and JSON files as one kind of value
 */
#ifndef YAMLFILE_H
#define YAMLFILE_H

#include <jansson.h>

/* By the file's ending: .json, else YAML. NULL: *reason tells file, line and what is wrong. */
json_t *yamlfile_load(const char *path, char **reason);

#endif
