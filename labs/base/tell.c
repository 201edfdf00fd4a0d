// SPDX-License-Identifier: GPL-2.0-only
/*
 * tell.c - print messages to the user: errors, warnings, notes
 *
 * Called by every module of the command, and by umlab-disk and umlab-net. A message is one line on
 * standard error: the program, the object, what is wrong, and what to do. Names and reasons may
 * come from guests and labs, so each message is cleaned (clean.c). The verbs themselves print
 * results, to standard output.
 */
#include "base/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"

enum tell_level tell_level = TELL_NORMAL;
static const char *program = "umlab";

void tell_init(const char *name)
{
	program = name;
}

const char *tell_program(void)
{
	return program;
}

bool tell_fancy(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && strcmp(term, "dumb") && !getenv("NO_COLOR");
}

/* Prints the whole line with one call, so that the lines of several processes do not mix. */
static void tell_line(const char *kind, const char *fmt, va_list args)
{
	char *text, *clean;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	clean = clean_text(text, CLEAN_LINES);
	fflush(stdout);
	fprintf(stderr, "%s: %s%s\n", program, kind, clean);
	free(clean);
	free(text);
}

#define TELL(kind) do { \
	va_list args; \
	va_start(args, fmt); \
	tell_line(kind, fmt, args); \
	va_end(args); \
} while (0)

void tell_error(const char *fmt, ...)
{
	TELL("");
}

void tell_warning(const char *fmt, ...)
{
	TELL(_("warning: "));
}

void tell_note(const char *fmt, ...)
{
	if (tell_level >= TELL_NORMAL)
		TELL("");
}

void tell_detail(const char *fmt, ...)
{
	if (tell_level >= TELL_VERBOSE)
		TELL("");
}

bool tell_confirm(const char *fmt, ...)
{
	char answer[16], *text;
	va_list args;

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return false;
	clean_printf(stderr, "%s%s", text, _(" [y/N] "));
	free(text);
	return fgets(answer, sizeof(answer), stdin) && strchr(_("yY"), *answer) && *answer != '\n';
}
