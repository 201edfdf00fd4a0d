/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - claims about a running lab, and their results
 *
 * A claim is a command that runs in a machine, and what must come of it. check_native.c and
 * check_kathara.c make claims from files, check_run.c tries them, check_report.c prints them.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

enum verdict { CHECK_PASS, CHECK_FAIL, CHECK_SKIP };

struct check {
	char *title;
	char *machine;		/* where the command runs */
	char *command;		/* NULL: decided when the claim was made (verdict, found) */
	/* Conditions; only those that are set count. */
	bool want_status;
	int status;
	bool fails;		/* any status but 0 */
	char *output;		/* exactly, except for blanks at both ends */
	char *matches;		/* extended regular expression */
	char *contains;
	char *lacks;
	char *capture;		/* captured while it runs: a collision domain or MACHINE:ethN */
	char *packets, *no_packets;	/* tshark filters: at least one, and no, packet matches */
	/* How the claim is tried and counted. */
	double wait;		/* seconds during which it is tried until it holds */
	double timeout;		/* seconds for one try */
	double points;
	char *hint;
	char *requires_command;	/* when this fails in the machine, the claim is skipped */
	bool snapshot_before, snapshot_after;	/* keep the machine's disk */
	char *steps;		/* commands that would solve this part of the lab */
	/* Results. */
	enum verdict verdict;
	char *found;		/* output, or the reason for skipping */
	int found_status;
	char *snapshots;	/* names of those that were kept, or NULL */
	char *console;		/* of a failure: the end of the machine's console output */
};

struct checks {
	struct check *at;
	int nr;
	double wait;		/* default of each */
};

/* Adds a claim with default settings; the rest is its title. It is valid until the next one. */
struct check *check_add(struct checks *checks, const char *machine, const char *command,
			const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Decides that a claim cannot be tried, and why. */
void check_skip(struct check *check, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* How many have this verdict. */
int check_count(const struct checks *checks, enum verdict verdict);

#endif
