// SPDX-License-Identifier: GPL-2.0-only
/*
 * say.c - print one line for the user
 *
 * Used by the long-running parts of umlab-net, from any thread, for example by uplink.c and
 * capture.c. An uplink that the kernel of a machine has started redirects the lines into the
 * machine's log (say_to).
 */
#include "common/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void (*say_to)(const char *line);

void say(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (say_to)
		say_to(line);
	else
		dprintf(STDERR_FILENO, "umlab-net: %s\n", line);
}
