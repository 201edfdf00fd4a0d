// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_run.c - try claims about a running lab
 *
 * Called by `umlab check` and by check_selftest.c. Each claim is tried until it holds or its
 * time is over. Claims about machines that do not run fail and are not skipped, so a student gains
 * nothing by stopping a router.
 */
#include "check/check_run.h"

#include <poll.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/tell.h"
#include "base/timing.h"
#include "base/txt.h"
#include "check/check_capture.h"
#include "check/check_signals.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/session.h"
#include "machine/snapshot.h"

enum {
	CONSOLE_KEPT = 1000,	/* bytes of console output kept after a failure */
	TRY_MS = 500,		/* pause between two tries of a claim */
	STEPS_SECONDS = 60,
	STATUS_UNREACHED = 125,	/* the command could not be run, or has no valid result */
	FOUND_KEPT = 65536,	/* bytes of a command's output that are kept for the report */
};

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

/* Is there no result? The guest could cause that, so such a claim fails. */
static bool no_result(int status)
{
	return status == STATUS_TIMEOUT || status == STATUS_UNREACHED;
}

static bool holds(const struct check *check)
{
	char *found;

	if (no_result(check->found_status))
		return false;
	found = txt_trim(txt_copy(check->found));
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

/* Runs the claim's command during a capture. False: the claim or the capture failed. */
static bool captured_holds(struct check *check, const struct lab *lab,
			   const struct machine *machine)
{
	struct check_capture capture;
	int wanted, unwanted;
	char *found;

	if (!check_capture_begin(&capture, lab, check->capture)) {
		check->found_status = STATUS_UNREACHED;
		check->found = txt_printf(_("%s cannot be captured"), check->capture);
		return false;
	}
	check->found_status = session_capture(machine, check->command, check->timeout,
					      &check->found);
	if (!check_capture_end(&capture)) {
		check_capture_forget(&capture);
		check->found_status = STATUS_UNREACHED;
		check->found = txt_printf(_("%sthe capture has ended early, so its packets do not "
					    "count"), check->found);
		return false;
	}
	wanted = check->packets ? check_capture_count(&capture, check->packets) : 1;
	unwanted = check->no_packets ? check_capture_count(&capture, check->no_packets) : 0;
	check_capture_forget(&capture);
	found = check->found;
	if (wanted < 0 || unwanted < 0)
		check->found = txt_printf(_("%s%s is not a valid filter of tshark"), found,
					  wanted < 0 ? check->packets : check->no_packets);
	else if (!wanted)
		check->found = txt_printf(_("%sno packet matches %s"), found, check->packets);
	else if (unwanted)
		check->found = txt_printf(_("%s%d packets match %s"), found, unwanted,
					  check->no_packets);
	return wanted > 0 && !unwanted && holds(check);
}

/* Saves a snapshot named after the claim's number. Replaces the snapshot of an earlier run. */
static void snapshot_keep(struct check *check, struct machine *machine, int number,
			  const char *when)
{
	char *name = txt_printf("check-%d-%s", number, when), *reason;

	if (file_exists(snapshot_path(machine, name, "conf")))
		snapshot_delete(machine, name);
	if (snapshot_save_live(machine, name, check->title, &reason))
		tell_warning("%s", reason);
	else
		check->snapshots = check->snapshots ? txt_printf("%s %s", check->snapshots, name) :
				   name;
}

static void try_until(struct check *check, const struct lab *lab, const struct machine *machine)
{
	double deadline = timing_deadline(check->wait);

	do {
		free(check->found);
		check->found = NULL;
		if (!check->capture)
			check->found_status = session_capture(machine, check->command,
							      check->timeout, &check->found);
		if (check->capture ? captured_holds(check, lab, machine) : holds(check)) {
			check->verdict = CHECK_PASS;
			return;
		}
		if (!timing_poll_ms(deadline))
			return;
		/* No event tells us when a claim about a guest becomes true, so try again. */
		poll(NULL, 0, TRY_MS);
	} while (timing_poll_ms(deadline));
}

/* Cuts the output in the middle for the report. A signature is compared with the whole output. */
static void found_shorten(struct check *check)
{
	size_t size = check->found ? strlen(check->found) : 0, half = FOUND_KEPT / 2;
	char *whole = check->found, *left_out;

	if (size <= FOUND_KEPT || check->output)
		return;
	left_out = txt_printf(_("(%zu bytes are left out)"), size - 2 * half);
	check->found = txt_printf("%.*s\n%s\n%s", (int)half, whole, left_out,
				  whole + size - half);
	free(left_out);
	free(whole);
}

static int machine_of(const struct check *check, const struct lab *lab, struct machine *machine)
{
	return machine_open(machine, txt_printf("%s/%s", lab_id(lab->dir), check->machine));
}

static void try_one(struct check *check, const struct lab *lab, int number, bool solve)
{
	struct machine machine;
	char *output;
	int status;

	if (!check->command)
		return;
	check->verdict = CHECK_FAIL;
	if (machine_of(check, lab, &machine) || !machine_runs(&machine)) {
		check->found_status = STATUS_UNREACHED;
		check->found = txt_printf(lab_machine_find(lab, check->machine) ?
					  _("%s does not run") : _("the lab has no machine %s"),
					  check->machine);
		return;
	}
	if (check->requires_command) {
		status = session_capture(&machine, check->requires_command, check->timeout,
					 &output);
		if (no_result(status)) {
			check->found_status = status;
			check->found = output;
			return;
		}
		free(output);
		if (status) {
			check_skip(check, _("needs: %s"), check->requires_command);
			return;
		}
	}
	if (check->capture && !check_capture_possible()) {
		check_skip(check, _("needs: %s"), "tshark");
		return;
	}
	if (check->snapshot_before)
		snapshot_keep(check, &machine, number, "before");
	if (solve && check->steps) {
		session_capture(&machine, check->steps, STEPS_SECONDS, &output);
		free(output);
	}
	try_until(check, lab, &machine);
	found_shorten(check);
	if (check->snapshot_after)
		snapshot_keep(check, &machine, number, "after");
}

/* Keeps the end of the console's output: evidence that nobody in the machine can change. */
static void console_keep(struct check *check, const struct lab *lab)
{
	struct machine machine;
	size_t size;
	char *text;

	if (check->verdict != CHECK_FAIL || !check->machine || machine_of(check, lab, &machine) ||
	    file_read_end(txt_printf("%s/console.log", machine.dir), CONSOLE_KEPT, &text, &size))
		return;
	check->console = clean_bytes(text, size, CLEAN_LINES);
	free(text);
}

void check_run(struct checks *checks, const struct lab *lab, bool solve)
{
	bool fancy = tell_fancy(STDERR_FILENO) && tell_level >= TELL_NORMAL;

	for (int i = 0; i < checks->nr && !check_signals_pending(); i++) {
		if (fancy) {
			fputs("\r\033[K", stderr);
			clean_printf(stderr, "%d/%d %s", i + 1, checks->nr, checks->at[i].title);
		}
		try_one(&checks->at[i], lab, i + 1, solve);
		console_keep(&checks->at[i], lab);
	}
	if (fancy)
		fputs("\r\033[K", stderr);
}

