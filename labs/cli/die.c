// SPDX-License-Identifier: GPL-2.0-only
/*
 * die.c - end the command with an error message
 *
 * Called by the verbs. main() installs die_no_memory() as txt_no_memory, which base/txt.c calls
 * when memory runs out.
 */
#include "cli/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void die(enum status status, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) >= 0)
		tell_error("%s", text);
	va_end(args);
	exit(status);
}

/* The parser (base/verb.c) checks each word separately; verbs report wrong combinations here. */
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

/* This function must not allocate memory, so it neither translates nor calls tell_error(). */
void die_no_memory(void)
{
	fputs("umlab: out of memory\n", stderr);
	exit(STATUS_FAILED);
}
