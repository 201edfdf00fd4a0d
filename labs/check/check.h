/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - claims about a running lab, and what came of them
 *
 * A claim is a command in a machine and what must come of it. check_native.c and
 * check_kathara.c make claims of files; check_run.c tries them; check_report.c tells.
 */
#ifndef CHECK_H
#define CHECK_H

#include <jansson.h>
#include <stdio.h>

#include "lab/labfile.h"
#include "base/tell.h"

enum verdict { CHECK_PASS, CHECK_FAIL, CHECK_SKIP };

struct check {
	char *title;
	char *machine;		/* where the command runs */
	char *command;		/* NULL: decided when it was made (verdict, found) */
	/* What must come of it; those that are set. */
	bool want_status;
	int status;
	bool fails;		/* any status but 0 */
	char *output;		/* exactly, blanks at the ends apart */
	char *matches;		/* extended regular expression */
	char *contains;
	char *lacks;
	char *capture;		/* what is recorded meanwhile: a collision domain or MACHINE:ethN */
	char *packets, *no_packets;	/* tshark filters: some, and none, must match */
	/* How it is tried and counted. */
	double wait;		/* again and again until it holds, so many seconds */
	double timeout;		/* of one try */
	double points;
	char *hint;
	char *requires_command;	/* when this fails there, the claim is skipped */
	bool snapshot_before, snapshot_after;	/* the machine's disk is kept */
	char *steps;		/* what the one who solves the lab would type there first */
	/* What came of it. */
	enum verdict verdict;
	char *found;		/* output, or why it was skipped */
	int found_status;
	char *snapshots;	/* names of those that were kept, or NULL */
	char *console;		/* of a failure: the end of what the machine's console showed */
};

struct checks {
	struct check *at;
	int nr;
	double wait;		/* default of each */
};

struct check *check_add(struct checks *checks, const char *machine, const char *command, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void check_skip(struct check *check, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* False: *reason tells what is wrong in the file. */
bool check_native_read(struct checks *checks, const json_t *file, char **reason);
bool check_kathara_read(struct checks *checks, const struct lab *lab, const json_t *file, char **reason);

/*
 * check_signals_hold - signals that end a program wait, or act again. While something is held,
 * check_run() ends early when one waits.
 */
void check_signals_hold(bool hold);

/* Tries all, those of one machine in order. @solve: types their steps first. */
void check_run(struct checks *checks, const struct lab *lab, bool solve);

enum check_form { CHECK_TABLE, CHECK_TAP, CHECK_JSON, CHECK_JUNIT, CHECK_CSV };
void check_report(const struct checks *checks, const char *name, enum check_form form, FILE *out);
int check_count(const struct checks *checks, enum verdict verdict);

#endif
