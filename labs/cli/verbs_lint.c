// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_lint.c - umlab lint: report errors in the files of a lab, print what a start would do
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. lab/labfile.c finds
 * errors and warnings while it reads the lab. With --strict, lab/lablint.c adds what the original
 * tool would refuse.
 */
#include "cli/verbs_lint.h"

#include <stdio.h>
#include <string.h>

#include "cli/die.h"
#include "cli/find.h"
#include "cli/json_print.h"
#include "cli/lab_print.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/labfile.h"
#include "lab/lablint.h"

static enum status verb_lint(const struct verb_args *args)
{
	const char *strict = verb_value(args, "strict");
	int nr[LAB_STRICT + 1] = { 0 };
	struct lab lab;

	find_lab(&lab, args->words.nr ? args->words.at[0] : verb_value(args, "directory"),
		 verb_flag(args, "force-lab"));
	if (strict) {
		if (strcmp(strict, "kathara") && strcmp(strict, "netkit"))
			die_usage(args, _("--strict: unknown tool '%s'; use kathara or netkit"),
				  strict);
		lab_lint_strict(&lab, *strict == 'k' ? LAB_KATHARA : LAB_NETKIT);
	}
	for (int i = 0; i < lab.nr_remarks; i++)
		nr[lab.remarks[i].severity]++;
	if (verb_flag(args, "json"))
		lab_print_json(&lab);
	else
		lab_print_remarks(&lab, stdout, false);
	if (verb_flag(args, "print"))
		lab_print_plan(&lab);
	else if (!verb_flag(args, "json"))
		tell_note(_("%d machines, %d errors, %d warnings"), lab.nr_machines,
			  nr[LAB_ERROR] + nr[LAB_STRICT], nr[LAB_WARNING]);
	return nr[LAB_ERROR] || nr[LAB_STRICT] ? STATUS_FAILED : STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option lint_options[] = {
	OPTION_DIRECTORY,
	{ .name = "strict", .value = "TOOL", .kind = "=kathara|=netkit",
	  .help = N_("Also report what this tool would refuse: kathara or netkit") },
	{ .name = "print",
	  .help = N_("Print what lstart would start") },
	OPTION_FORCE_LAB,
	OPTION_JSON,
	{ 0 }
};

const struct verb lint_verb = {
	.name = "lint",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [DIR]",
	.summary = N_("Report errors in the files of a lab"),
	.help = N_("Starts nothing. Each report names file, line and column. The exit status is "
		   "1 if there is an error, 0 if there are only warnings."),
	.options = lint_options,
	.words = "dir",
	.max_words = 1,
	.run = verb_lint,
};
