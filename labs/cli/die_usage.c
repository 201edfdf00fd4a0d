// SPDX-License-Identifier: GPL-2.0-only
/*
 * die_usage.c - end the program because the arguments of a verb make no sense together
 *
 * The parser (base/verb.c) checks each option and word by itself; the verbs check the rest
 * and call this.
 */
#include "cli/die_usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void die_usage(const struct verb_args *args, const char *fmt, ...)
{
	char *text;
	va_list list;

	va_start(list, fmt);
	if (vasprintf(&text, fmt, list) < 0)
		exit(STATUS_USAGE);
	va_end(list);
	exit(verb_usage(args, "%s", text));
}
