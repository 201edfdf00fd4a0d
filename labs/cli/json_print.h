/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json_print.h - print JSON for --json
 */
#ifndef JSON_PRINT_H
#define JSON_PRINT_H

#include <jansson.h>

/* Prints @value to standard output, indented and with sorted keys, and releases it. */
void json_print(json_t *value);

#endif
