// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_selftest.c - umlab check --self-test: does a check file notice a broken lab?
 *
 * A check that cannot fail is worth nothing. All must hold in the lab as it is, with their
 * steps typed; then it is broken in the ways that `breaks` of the file names, one after the
 * other, or, without any, by cutting all cables. Each break must be noticed by at least one
 * check; those that no break made fail are named.
 *
 * Whatever ends us, the lab is whole again first: signals wait while something is broken
 * (check_run() sees them and stops early).
 */
#include "check/check_selftest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/labdir.h"
#include "lab/labnet.h"
#include "machine/machine.h"
#include "base/run.h"
#include "machine/session.h"
#include "base/where.h"

/* All checks once more, without waiting; marks those that fail. Returns their number. */
static int noticed(const struct checks *checks, const struct lab *lab, bool *failed)
{
	struct checks again = { .at = calloc(checks->nr + 1, sizeof(*again.at)), .nr = checks->nr };
	int nr = 0;

	if (!again.at)
		die(STATUS_FAILED, "out of memory");
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

/* All cables, even after one that cannot be set; NULL, or why the last such one could not. */
static char *cables_set(const struct lab *lab, const char *state)
{
	const char *tool = where_tool("umlab-net"), *nic;
	char *path, *reason, *failed = NULL;
	struct machines machines;
	int port;

	machine_list(&machines, lab_id(lab->dir));
	for (int i = 0; i < machines.nr && tool; i++)
		for (int at = -1; (nic = conf_next(&machines.at[i].conf, "nic", &at));) {
			path = labnet_nic_switch(nic, &port);
			if (!path || !port)
				continue;
			const char *command[] = { tool, "link", "set", path, txt_printf("%d", port), state, NULL };

			if (run_quietly(command, &reason))
				failed = reason;
		}
	return failed;
}

/* @what: "command", or "undo". NULL, or why it could not be done. */
static char *command_run(const struct lab *lab, const json_t *entry, const char *what)
{
	const char *name = json_string_value(json_object_get(entry, "on")), *command = json_string_value(json_object_get(entry, what));
	struct machine machine;
	char *output;

	if (!command)
		return NULL;
	if (!name || machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), name)))
		return txt_printf(_("breaks: there is no machine %s"), name ? name : "?");
	return session_capture(&machine, command, 60, &output) ? txt_printf(_("breaks: this fails on %s itself: %s"), name, command) : NULL;
}

/* Breaks, tries all checks, mends. @entry: of `breaks`; NULL: all cables. Returns how many noticed. */
static int broken(const struct checks *checks, const struct lab *lab, const json_t *entry, bool *failed)
{
	char *reason, *unmended;
	int nr = 0;

	check_signals_hold(true);
	reason = entry ? command_run(lab, entry, "command") : cables_set(lab, "down");
	if (!reason)
		nr = noticed(checks, lab, failed);
	unmended = entry ? command_run(lab, entry, "undo") : cables_set(lab, "up");
	check_signals_hold(false);
	if (reason || unmended)
		die(entry ? STATUS_USAGE : STATUS_FAILED, "%s", reason ? reason : unmended);
	return nr;
}

/* Tells of one break; false: nobody noticed. */
static bool told(const char *what, int nr, FILE *out)
{
	fprintf(out, nr ? _("PASS  %s: %d checks notice\n") : _("FAIL  %s: no check notices\n"), what, nr);
	return nr > 0;
}

enum status check_selftest(struct checks *checks, const struct lab *lab, const json_t *file, FILE *out)
{
	const json_t *breaks = json_object_get(file, "breaks");
	bool *failed = calloc(checks->nr + 1, sizeof(*failed)), good = true;
	json_t *entry;
	size_t at;

	if (!failed)
		die(STATUS_FAILED, "out of memory");
	check_run(checks, lab, true);
	if (check_count(checks, CHECK_FAIL)) {
		check_report(checks, lab->dir, CHECK_TABLE, out);
		fputs(_("FAIL  the lab as it is: not all of its own checks hold\n"), out);
		return STATUS_FAILED;
	}
	fprintf(out, _("PASS  the lab as it is: %d checks hold\n"), check_count(checks, CHECK_PASS));
	json_array_foreach((json_t *)breaks, at, entry)
		good &= told(json_string_value(json_object_get(entry, "command")), broken(checks, lab, entry, failed), out);
	if (!json_array_size(breaks))
		good = told(_("all cables cut"), broken(checks, lab, NULL, failed), out);
	for (int i = 0; i < checks->nr; i++)
		if (!failed[i] && checks->at[i].verdict == CHECK_PASS)
			fprintf(out, _("note  never failed: %s\n"), checks->at[i].title);
	free(failed);
	return good ? STATUS_OK : STATUS_FAILED;
}
