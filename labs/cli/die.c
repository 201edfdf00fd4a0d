// SPDX-License-Identifier: GPL-2.0-only
/*
 * die.c - end the command with one line about what is wrong
 *
 * Called by the verbs, and by main() through txt_no_memory when memory runs out.
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

/* Nothing here may need memory: not the translation, and not tell_error(). */
void die_no_memory(void)
{
	fputs("umlab: out of memory\n", stderr);
	exit(STATUS_FAILED);
}
