// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_lint.c - lint: report errors in the files of a lab, print what a start would do
 *
 * Also opens labs and prints remarks for the other verbs (labverbs.h).
 */
#include "cli/options.h"
#include "cli/usage.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "cli/die.h"
#include "cli/json_print.h"
#include "cli/labverbs.h"
#include "lab/labfile.h"
#include "lab/lablint.h"

static const char *severity_name(enum lab_severity severity)
{
	return severity == LAB_ERROR ? "error" : severity == LAB_WARNING ? "warning" : "strict";
}

void lab_remarks_print(const struct lab *lab, FILE *out, bool errors_only)
{
	for (int i = 0; i < lab->nr_remarks; i++) {
		const struct lab_remark *remark = &lab->remarks[i];

		if (errors_only && remark->severity != LAB_ERROR)
			continue;
		fprintf(out, "%s/%s:", lab->dir, remark->file);
		if (remark->line)
			fprintf(out, "%d:%d:", remark->line, remark->column);
		fprintf(out, " %s: %s\n", _(severity_name(remark->severity)), remark->text);
	}
}

void lab_open(struct lab *lab, const char *dir, bool folders)
{
	int result;

	*lab = (struct lab){ 0 };
	if (!dir)
		dir = ".";
	result = lab_read(lab, dir, folders);
	if (result < 0)
		die(STATUS_ABSENT, _("%s: no lab there: %s"), dir, strerror(-result));
}

void lab_print(const struct lab *lab)
{
	printf("%s (%s)\n", lab->name ? lab->name : strrchr(lab->dir, '/') + 1,
	       lab->dialect == LAB_NETKIT ? "Netkit" : "Kathará");
	for (int i = 0; i < lab->nr_machines; i++) {
		const struct lab_machine *machine = &lab->machines[i];
		char *needs = words_join(&machine->needs, " ");

		printf("\n%s%s%s\n", machine->name, *needs ? " after " : "", needs);
		for (int j = 0; j < machine->nr_nics; j++) {
			const struct lab_nic *nic = &machine->nics[j];

			if (nic->tap)
				printf("  eth%-2d to the host, address %s, gateway %s\n",
				       nic->index,
				       nic->tap, nic->tap_host);
			else
				printf("  eth%-2d in %s%s%s\n", nic->index, nic->domain,
				       nic->mac ? ", address " : "", nic->mac ? nic->mac : "");
		}
		for (int j = 0; j < machine->nr_options; j++) {
			const char *value = machine->options[j].value;

			printf("  %s = %s\n", machine->options[j].key, *value ? value : "yes");
		}
	}
}

static void remarks_print_json(const struct lab *lab)
{
	json_t *remarks = json_array();

	for (int i = 0; i < lab->nr_remarks; i++) {
		const struct lab_remark *remark = &lab->remarks[i];

		json_array_append_new(remarks, json_pack("{s:s, s:s, s:i, s:i, s:s}",
			"severity", severity_name(remark->severity),
			"file", remark->file,
			"line", remark->line,
			"column", remark->column,
			"text", remark->text));
	}
	json_print(remarks);
}

static enum status verb_lint(const struct verb_args *args)
{
	const char *strict = verb_value(args, "strict");
	int nr[LAB_STRICT + 1] = { 0 };
	struct lab lab;

	lab_open(&lab, args->words.nr ? args->words.at[0] : verb_value(args, "directory"),
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
		remarks_print_json(&lab);
	else
		lab_remarks_print(&lab, stdout, false);
	if (verb_flag(args, "print"))
		lab_print(&lab);
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
