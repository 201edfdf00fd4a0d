// SPDX-License-Identifier: GPL-2.0-only
/*
 * say.c - one line on standard error, and the end of a program
 */
#include "common/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *say_name = "umlab-net";
void (*say_to)(const char *line);

static void line_put(const char *format, va_list args)
{
	char line[512];

	vsnprintf(line, sizeof(line), format, args);
	if (say_to)
		say_to(line);
	else
		dprintf(STDERR_FILENO, "%s: %s\n", say_name, line);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_put(format, args);
	va_end(args);
}

void die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_put(format, args);
	va_end(args);
	exit(status);
}
