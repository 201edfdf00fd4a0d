// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_print.c - print JSON for --json
 *
 * Called by the verbs that have the option --json.
 */
#include "cli/json_print.h"

#include <stdio.h>

void json_print(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(value);
}
