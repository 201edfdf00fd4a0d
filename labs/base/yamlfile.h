/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yamlfile.h - read YAML and JSON files as JSON values
 */
#ifndef YAMLFILE_H
#define YAMLFILE_H

#include <jansson.h>

/*
 * Reads a file as JSON if its name ends in .json, else as YAML. NULL: *reason names the file, the
 * line and the error.
 */
json_t *yamlfile_load(const char *path, char **reason);

#endif
