/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - hold claims about a running lab, and their results
 *
 * A claim is a command that runs in a machine, with conditions on its result. check_native.c and
 * check_kathara.c make claims from files, check_run.c tries them, check_report.c prints them.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

enum verdict { CHECK_PASS, CHECK_FAIL, CHECK_SKIP };

struct check {
	char *title;
	char *machine;		/* where the command runs */
	char *command;		/* NULL: @verdict and @found were set when the claim was made */
	/* Conditions. A condition that is not set is ignored. */
	bool want_status;
	int status;
	bool fails;		/* any status but 0 */
	char *output;		/* the whole output, except for blanks at both ends */
	char *matches;		/* an extended regular expression that the output matches */
	char *contains;		/* a text in the output */
	char *lacks;		/* a text that is not in the output */
	char *capture;		/* a collision domain or MACHINE:ethN, captured during the run */
	/* tshark filters: a captured packet must match @packets, and none may match @no_packets. */
	char *packets, *no_packets;
	/* How the claim is tried and counted. */
	double wait;		/* seconds during which a failing claim is tried again */
	double timeout;		/* seconds for one try */
	double points;
	char *hint;
	char *requires_command;	/* if this command fails in the machine, the claim is skipped */
	bool snapshot_before, snapshot_after;	/* save a snapshot of the machine's disk */
	char *steps;		/* commands that would solve this part of the lab */
	/* Results. */
	enum verdict verdict;
	char *found;		/* output, or the reason for skipping */
	int found_status;
	char *snapshots;	/* names of the saved snapshots, or NULL */
	char *console;		/* after a failure: the end of the machine's console output */
};

struct checks {
	struct check *at;
	int nr;
	double wait;		/* default of each claim's @wait */
};

/*
 * Adds a claim with default settings; @fmt is its title. The result is valid until the next call.
 */
struct check *check_add(struct checks *checks, const char *machine, const char *command,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Marks a claim as skipped; @fmt is the reason. */
void check_skip(struct check *check, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Returns how many claims have this verdict. */
int check_count(const struct checks *checks, enum verdict verdict);

#endif
