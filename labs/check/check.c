// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - hold claims about a running lab, and their results
 *
 * The readers of check files add claims to struct checks; the other files in this folder read
 * them. All of them run in `umlab check`.
 */
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/txt.h"

struct check *check_add(struct checks *checks, const char *machine, const char *command,
			const char *fmt, ...)
{
	struct check *check;
	va_list args;

	checks->at = txt_grow(checks->at, checks->nr, sizeof(*checks->at));
	check = &checks->at[checks->nr++];
	*check = (struct check){
		.machine = machine ? txt_copy(machine) : NULL,
		.command = command ? txt_copy(command) : NULL,
		.timeout = 30, .points = 1, .wait = checks->wait, .verdict = CHECK_SKIP,
	};
	va_start(args, fmt);
	if (vasprintf(&check->title, fmt, args) < 0)
		check->title = NULL;
	va_end(args);
	return check;
}

void check_skip(struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&check->found, fmt, args) < 0)
		check->found = NULL;
	va_end(args);
	check->verdict = CHECK_SKIP;
	check->command = NULL;
}

int check_count(const struct checks *checks, enum verdict verdict)
{
	int nr = 0;

	for (int i = 0; i < checks->nr; i++)
		nr += checks->at[i].verdict == verdict;
	return nr;
}
