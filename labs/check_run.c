// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_run.c - try claims about a running lab
 *
 * Each claim is tried until it holds or its time is over. Machines that do not run make
 * their claims fail, not be skipped: a student who stops a router gains nothing.
 */
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "labdir.h"
#include "machine.h"
#include "session.h"

struct check *check_add(struct checks *checks, const char *machine, const char *command, const char *fmt, ...)
{
	struct check *check;
	va_list args;

	checks->at = txt_grow(checks->at, checks->nr, sizeof(*checks->at));
	check = &checks->at[checks->nr++];
	*check = (struct check){ .machine = machine ? txt_copy(machine) : NULL, .command = command ? txt_copy(command) : NULL,
		.timeout = 30, .points = 1, .wait = checks->wait, .verdict = CHECK_SKIP };
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

static bool regex_holds(const char *expression, const char *text)
{
	regex_t regex;
	bool holds;

	if (regcomp(&regex, expression, REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
		return false;
	holds = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return holds;
}

static bool holds(const struct check *check)
{
	char *found = txt_trim(txt_copy(check->found));

	if (check->found_status == 124 || check->found_status == 125)
		return false;
	if (check->fails)
		return check->found_status != 0;
	if (check->want_status && check->found_status != check->status)
		return false;
	if (check->output && strcmp(found, txt_trim(txt_copy(check->output))))
		return false;
	if (check->matches && !regex_holds(check->matches, check->found))
		return false;
	if (check->contains && !strstr(check->found, check->contains))
		return false;
	if (check->lacks && strstr(check->found, check->lacks))
		return false;
	return true;
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) * 1e-9;
}

static void try_one(struct check *check, const struct lab *lab, bool solve)
{
	struct machine machine;
	struct timespec begin;
	char *output;

	if (!check->command)
		return;
	check->verdict = CHECK_FAIL;
	if (machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), check->machine)) || !machine_runs(&machine)) {
		check->found_status = 125;
		check->found = txt_printf(lab_machine_find(lab, check->machine) ? _("%s does not run") : _("the lab has no machine %s"), check->machine);
		return;
	}
	if (check->requires_command && session_capture(&machine, check->requires_command, check->timeout, &output)) {
		check_skip(check, _("needs: %s"), check->requires_command);
		return;
	}
	if (solve && check->steps)
		session_capture(&machine, check->steps, 60, &output);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		free(check->found);
		check->found_status = session_capture(&machine, check->command, check->timeout, &check->found);
		if (holds(check)) {
			check->verdict = CHECK_PASS;
			return;
		}
		if (seconds_since(&begin) < check->wait)
			usleep(500000);
	} while (seconds_since(&begin) < check->wait);
}

void check_run(struct checks *checks, const struct lab *lab, bool solve)
{
	bool fancy = tell_fancy(STDERR_FILENO) && tell_level >= TELL_NORMAL;

	for (int i = 0; i < checks->nr; i++) {
		if (fancy)
			fprintf(stderr, "\r\033[K%d/%d %s", i + 1, checks->nr, checks->at[i].title);
		try_one(&checks->at[i], lab, solve);
	}
	if (fancy)
		fputs("\r\033[K", stderr);
}

int check_count(const struct checks *checks, enum verdict verdict)
{
	int nr = 0;

	for (int i = 0; i < checks->nr; i++)
		nr += checks->at[i].verdict == verdict;
	return nr;
}
