// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_selftest.c - test whether a check file notices a broken lab (umlab check --self-test)
 *
 * Called by verbs_check.c. A check that cannot fail is worthless. First, all checks must hold in
 * the unbroken lab after their `steps` have run. Then the lab is broken in each way that the file
 * lists under `breaks` or, without `breaks`, by cutting all cables. At least one check must notice
 * each break. Checks that fail in no broken lab are named at the end.
 *
 * The lab is always repaired: signals that would end the command are held back while
 * something is broken (check_signals.c).
 */
#include "check/check_selftest.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/spawn.h"
#include "base/txt.h"
#include "base/where.h"
#include "check/check_report.h"
#include "check/check_run.h"
#include "check/check_signals.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/nic.h"
#include "machine/session.h"

enum { COMMAND_SECONDS = 60 };

/* Tries all checks again, without waiting. Sets @failed for each failed check; returns how many. */
static int noticed(const struct checks *checks, const struct lab *lab, bool *failed)
{
	struct checks again = { .at = txt_alloc(checks->nr, sizeof(*again.at)), .nr = checks->nr };
	int nr = 0;

	for (int i = 0; i < checks->nr; i++) {
		again.at[i] = checks->at[i];
		again.at[i].wait = 0;
		again.at[i].snapshot_before = again.at[i].snapshot_after = false;
		again.at[i].found = NULL;
		if (checks->at[i].verdict == CHECK_SKIP)
			again.at[i].command = NULL;
	}
	check_run(&again, lab, false);
	for (int i = 0; i < again.nr; i++)
		if (again.at[i].command && again.at[i].verdict == CHECK_FAIL) {
			failed[i] = true;
			nr++;
		}
	free(again.at);
	return nr;
}

/* Sets the state of all cables, even after an error. Returns NULL, or the last error. */
static char *cables_set(const struct lab *lab, const char *state)
{
	const char *tool = where_tool("umlab-net"), *nic;
	char *path, *reason, *failed = NULL;
	struct machines machines;
	int port;

	machine_list(&machines, lab_id(lab->dir));
	for (int i = 0; i < machines.nr && tool; i++)
		for (int at = -1; (nic = conf_next(&machines.at[i].conf, "nic", &at));) {
			path = nic_switch(nic, &port);
			if (!path || !port)
				continue;
			const char *command[] = { tool, "link", "set", path,
						  txt_printf("%d", port), state, NULL };

			if (spawn_quietly(command, &reason))
				failed = reason;
		}
	return failed;
}

/* Runs the "command" or the "undo" (@what) of a break. Returns NULL, or why it failed. */
static char *command_run(const struct lab *lab, const json_t *entry, const char *what)
{
	const char *name = json_string_value(json_object_get(entry, "on"));
	const char *command = json_string_value(json_object_get(entry, what));
	struct machine machine;
	char *output;

	if (!command)
		return NULL;
	if (!name || machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), name)))
		return txt_printf(_("breaks: there is no machine %s"), name ? name : "?");
	if (session_capture(&machine, command, COMMAND_SECONDS, &output))
		return txt_printf(_("breaks: this command fails on %s: %s"), name, command);
	return NULL;
}

/*
 * Breaks the lab, tries all checks and repairs the lab. @entry: one of `breaks`; NULL: cuts all
 * cables. Returns how many checks noticed the break, or -1 after printing what went wrong.
 */
static int broken(const struct checks *checks, const struct lab *lab, const json_t *entry,
		  bool *failed)
{
	char *reason, *unrepaired;
	int nr = 0;

	check_signals_hold(true);
	reason = entry ? command_run(lab, entry, "command") : cables_set(lab, "down");
	if (!reason)
		nr = noticed(checks, lab, failed);
	unrepaired = entry ? command_run(lab, entry, "undo") : cables_set(lab, "up");
	check_signals_hold(false);
	if (!reason && !unrepaired)
		return nr;
	tell_error("%s", reason ? reason : unrepaired);
	return -1;
}

/* Prints the result for one break. False: no check noticed the break. */
static bool told(const char *what, int nr, FILE *out)
{
	clean_printf(out, nr ? _("PASS  %s: %d checks notice\n") :
			       _("FAIL  %s: no check notices\n"), what, nr);
	return nr > 0;
}

/* Tries all breaks in the file. STATUS_USAGE: a break or its repair failed. */
static enum status breaks_try(const struct checks *checks, const struct lab *lab,
			      const json_t *breaks, bool *failed, FILE *out)
{
	bool good = true;
	json_t *entry;
	size_t at;
	int nr;

	json_array_foreach((json_t *)breaks, at, entry) {
		nr = broken(checks, lab, entry, failed);
		if (nr < 0)
			return STATUS_USAGE;
		good &= told(json_string_value(json_object_get(entry, "command")), nr, out);
	}
	if (!json_array_size(breaks)) {
		nr = broken(checks, lab, NULL, failed);
		good = nr >= 0 && told(_("all cables cut"), nr, out);
	}
	return good ? STATUS_OK : STATUS_FAILED;
}

enum status check_selftest(struct checks *checks, const struct lab *lab, const json_t *file,
			   FILE *out)
{
	enum status status;
	bool *failed;

	check_run(checks, lab, true);
	if (check_count(checks, CHECK_FAIL)) {
		check_report(checks, lab->dir, CHECK_TABLE, out);
		fputs(_("FAIL  the lab as it is: not all of its own checks hold\n"), out);
		return STATUS_FAILED;
	}
	fprintf(out, _("PASS  the lab as it is: %d checks hold\n"),
		check_count(checks, CHECK_PASS));
	failed = txt_alloc(checks->nr, sizeof(*failed));
	status = breaks_try(checks, lab, json_object_get(file, "breaks"), failed, out);
	for (int i = 0; i < checks->nr && status <= STATUS_FAILED; i++)
		if (!failed[i] && checks->at[i].verdict == CHECK_PASS)
			clean_printf(out, _("note  never failed: %s\n"), checks->at[i].title);
	free(failed);
	return status;
}
