// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_print.c - print JSON for --json
 *
 * Called by the verbs that have the option --json.
 */
#include "cli/json_print.h"

#include <stdio.h>

#include "base/jsontext.h"

void json_print(json_t *value)
{
	jsontext_write(value, stdout);
}
