// SPDX-License-Identifier: GPL-2.0-only
/*
 * words.c - read words of commands and options: numbers, on and off, NAME=VALUE
 *
 * Called by run_switch.c and run_uplink.c for the command line, and by switch_commands.c and
 * port_settings.c for commands, in the event loop of a running switch.
 */
#include "common/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *word_value(const char *word, const char *prefix)
{
	size_t size = strlen(prefix);

	return strncmp(word, prefix, size) ? NULL : word + size;
}

int word_read_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	/* strtoul() also reads signs and blanks. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return *end || errno || *number > max ? -EINVAL : 0;
}

int word_read_switch(const char *text, bool *on)
{
	if (strcmp(text, "on") && strcmp(text, "off"))
		return -EINVAL;
	*on = !strcmp(text, "on");
	return 0;
}
