// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_check.c - umlab check: check whether a lab does what it should
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. The lab contains its
 * checks: check.yaml (umlab's own format), correction.json or .yaml (kathara-lab-checker), or a
 * folder _test (Netkit). This file reads Netkit's scripts and signatures. labs/check/ reads the
 * other formats, and runs all checks.
 */
#include "cli/verbs_check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/yamlfile.h"
#include "check/check.h"
#include "check/check_kathara.h"
#include "check/check_native.h"
#include "check/check_report.h"
#include "check/check_run.h"
#include "check/check_selftest.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/labfile.h"
#include "lab/labmake.h"
#include "lab/labnet.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/machine_end.h"
#include "machine/session.h"

static char *config_find(const struct lab *lab, const char *given)
{
	static const char *const names[] = {
		"check.yaml", "check.yml", "check.json",
		"correction.yaml", "correction.yml", "correction.json",
	};

	if (given)
		return txt_copy(given);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = txt_printf("%s/%s", lab->dir, names[i]);

		if (file_exists(path))
			return path;
	}
	return NULL;
}

/*
 * Adds Netkit's checks: the script _test/NAME.test or _test/scripts/NAME.test runs in the machine
 * NAME, and its output must equal _test/signature/NAME.user, except for blanks. A check without a
 * signature is skipped.
 */
static bool netkit_read(struct checks *checks, const struct lab *lab)
{
	static const char *const folders[] = { "_test", "_test/scripts" };
	bool any = false;

	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < 2; j++) {
			const char *name = lab->machines[i].name;
			char *script = txt_printf("%s/%s/%s.test", lab->dir, folders[j], name);
			char *signature, *command, *text;
			struct check *check;
			size_t size;

			if (!file_exists(script))
				continue;
			any = true;
			signature = txt_printf("%s/_test/signature/%s.user", lab->dir, name);
			command = txt_printf("sh /hostlab/%s/%s.test", folders[j], name);
			check = check_add(checks, name, command,
					  _("the output of %s matches its signature"), name);
			if (file_read(signature, &text, &size))
				check_skip(check,
					   _("%s: not found; 'umlab check --sign' creates it"),
					   signature);
			else
				check->output = text;
		}
	return any;
}

/* Normalizes blanks like diff -bB: a run of blanks becomes one, and empty lines are dropped. */
static char *plain(const char *text)
{
	char *copy = txt_copy(text), *to = copy;

	for (const char *at = copy; *at; at++) {
		if (*at == '\r')
			continue;
		if (*at == ' ' || *at == '\t') {
			if (to > copy && to[-1] != ' ' && to[-1] != '\n')
				*to++ = ' ';
			continue;
		}
		if (*at == '\n') {
			while (to > copy && to[-1] == ' ')
				to--;
			if (to == copy || to[-1] == '\n')
				continue;
		}
		*to++ = *at;
	}
	*to = '\0';
	return copy;
}

static void netkit_sign(const struct lab *lab)
{
	dir_make(txt_printf("%s/_test/signature", lab->dir), 0755);
	for (int i = 0; i < lab->nr_machines; i++) {
		const char *name = lab->machines[i].name;
		struct machine machine;
		char *output;

		if (!file_exists(txt_printf("%s/_test/%s.test", lab->dir, name)) ||
		    machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), name)))
			continue;
		session_capture(&machine, txt_printf("sh /hostlab/_test/%s.test", name), 300,
				&output);
		if (file_write(txt_printf("%s/_test/signature/%s.user", lab->dir, name), output,
			       strlen(output), 0644))
			die(STATUS_FAILED, _("%s/_test: cannot write the signatures"), lab->dir);
	}
}

static void netkit_compare(struct checks *checks)
{
	for (int i = 0; i < checks->nr; i++) {
		struct check *check = &checks->at[i];

		if (check->verdict == CHECK_FAIL && check->output && check->found &&
		    !strcmp(plain(check->output), plain(check->found)))
			check->verdict = CHECK_PASS;
	}
}

static enum check_form form_of(const struct verb_args *args)
{
	return verb_flag(args, "tap") ? CHECK_TAP :
	       verb_flag(args, "json") ? CHECK_JSON :
	       verb_flag(args, "junit") ? CHECK_JUNIT :
	       verb_flag(args, "csv") ? CHECK_CSV : CHECK_TABLE;
}

static void wrong(const char *where, const char *reason)
{
	die(STATUS_USAGE, "%s: %s", where, reason);
}

static enum status check_lab(const struct verb_args *args, const char *dir)
{
	struct labmake_options options = { .timeout = 300 };
	struct checks checks = { 0 };
	struct lab lab;
	char *path, *reason = NULL;
	bool live = verb_flag(args, "live");
	struct machines machines;
	enum status status;
	json_t *file = NULL;

	find_lab(&lab, dir, false);
	path = verb_flag(args, "netkit") ? NULL : config_find(&lab, verb_value(args, "config"));
	if (path && labmounts_guest_writes(&lab, path))
		die(STATUS_FAILED, _("%s: is in a folder that the machines can write; move it"),
		    path);
	machine_list(&machines, lab_id(lab.dir));
	/* If the lab has machines, check it as it is; otherwise start it for the check. */
	if (!live && !machines.nr) {
		if (labmake_start(&lab, &options) == STATUS_TIMEOUT)
			tell_warning(_("not all machines are ready"));
	} else {
		live = true;
	}
	if (verb_flag(args, "sign")) {
		netkit_sign(&lab);
		return STATUS_OK;
	}
	if (path) {
		file = yamlfile_load(path, &reason);
		if (!file)
			die(STATUS_USAGE, "%s", reason);
		if (!(json_object_get(file, "test") ?
		      check_kathara_read(&checks, &lab, file, &reason) :
		      check_native_read(&checks, file, &reason)))
			wrong(path, reason);
	} else if (!netkit_read(&checks, &lab)) {
		wrong(lab.dir,
		      _("no checks: there is no check.yaml, correction.json, correction.yaml or "
			"_test"));
	}
	if (!checks.nr)
		wrong(path ? path : lab.dir, _("the file contains no checks"));
	if (verb_flag(args, "self-test")) {
		status = check_selftest(&checks, &lab, file, stdout);
	} else {
		check_run(&checks, &lab, verb_flag(args, "solve"));
		if (!path)
			netkit_compare(&checks);
		check_report(&checks, lab.name ? lab.name : strrchr(lab.dir, '/') + 1,
			     form_of(args), stdout);
		status = check_count(&checks, CHECK_FAIL) ? STATUS_FAILED : STATUS_OK;
	}
	if (!live && !verb_flag(args, "keep")) {
		labnet_stop(lab_id(lab.dir));
		machine_list(&machines, lab_id(lab.dir));
		for (int i = 0; i < machines.nr; i++)
			machine_remove(&machines.at[i]);
	}
	return status;
}

static enum status verb_check(const struct verb_args *args)
{
	const char *all = verb_value(args, "all");
	enum status status = STATUS_OK;
	struct words names = { 0 };
	struct dirent *entry;
	DIR *dir;

	if (!all)
		return check_lab(args, args->words.nr ? args->words.at[0]
				 : verb_value(args, "directory"));
	dir = opendir(all);
	if (!dir)
		die(STATUS_ABSENT, _("%s: no such folder"), all);
	while ((entry = readdir(dir)))
		if (file_exists(txt_printf("%s/%s/lab.conf", all, entry->d_name)))
			words_add(&names, entry->d_name);
	closedir(dir);
	words_sort(&names);
	for (int i = 0; i < names.nr; i++) {
		enum status one = check_lab(args, txt_printf("%s/%s", all, names.at[i]));

		status = one ? one : status;
	}
	return status;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option check_options[] = {
	OPTION_DIRECTORY,
	{ .name = "config", .value = "FILE", .kind = "file",
	  .help = N_("Read the checks from this file"),
	  .preset = N_("the first that the lab has, see above") },
	{ .name = "all", .value = "DIR", .kind = "dir",
	  .help = N_("Check all labs in this folder") },
	{ .name = "live",
	  .help = N_("Check the machines that run now; start nothing") },
	{ .name = "keep",
	  .help = N_("Keep a lab that was started for the check") },
	{ .name = "solve",
	  .help = N_("Run the solution steps of each check first") },
	{ .name = "self-test",
	  .help = N_("Break the lab on purpose and report checks that do not notice") },
	{ .name = "tap",
	  .help = N_("Print TAP") },
	OPTION_JSON,
	{ .name = "junit",
	  .help = N_("Print JUnit XML") },
	{ .name = "csv",
	  .help = N_("Print CSV") },
	{ .name = "netkit",
	  .help = N_("Compare with the signatures in the folder _test (Netkit)") },
	{ .name = "sign",
	  .help = N_("Write the signatures of the folder _test from the running lab") },
	{ 0 }
};

const struct verb check_verb = {
	.name = "check",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [DIR]",
	.summary = N_("Check whether a lab does what it should"),
	.help = N_("Checks come from check.yaml (umlab-check(5)), from correction.json or "
		   "correction.yaml of kathara-lab-checker, or from the folder _test of Netkit. "
		   "A lab that does not run is started for the check and removed afterwards.\n"
		   "\n"
		   "Exit status: 0 if all checks pass, 1 if one fails, 2 if a check itself is "
		   "invalid."),
	.examples = "  umlab check\n  umlab check --all labs --junit >report.xml",
	.options = check_options,
	.words = "dir",
	.max_words = 1,
	.run = verb_check,
};
