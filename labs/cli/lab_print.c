// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_print.c - print the errors found in a lab, and what a start would do
 *
 * Called by the verb lint, and by the verb lstart before it starts machines.
 */
#include "cli/lab_print.h"

#include <string.h>

#include "base/clean.h"
#include "base/jsontext.h"
#include "base/tell.h"
#include "cli/json_print.h"

static const char *severity_name(enum lab_severity severity)
{
	return severity == LAB_ERROR ? "error" : severity == LAB_WARNING ? "warning" : "strict";
}

void lab_print_remarks(const struct lab *lab, FILE *out, bool errors_only)
{
	for (int i = 0; i < lab->nr_remarks; i++) {
		const struct lab_remark *remark = &lab->remarks[i];

		if (errors_only && remark->severity != LAB_ERROR)
			continue;
		clean_printf(out, "%s/%s:", lab->dir, remark->file);
		if (remark->line)
			fprintf(out, "%d:%d:", remark->line, remark->column);
		clean_printf(out, " %s: %s\n", _(severity_name(remark->severity)), remark->text);
	}
}

void lab_print_json(const struct lab *lab)
{
	json_t *remarks = json_array();

	for (int i = 0; i < lab->nr_remarks; i++) {
		const struct lab_remark *remark = &lab->remarks[i];

		json_array_append_new(remarks, json_pack("{s:s, s:o, s:i, s:i, s:o}",
			"severity", severity_name(remark->severity),
			"file", jsontext_value(remark->file),
			"line", remark->line,
			"column", remark->column,
			"text", jsontext_value(remark->text)));
	}
	json_print(remarks);
}

void lab_print_plan(const struct lab *lab)
{
	clean_printf(stdout, "%s (%s)\n", lab->name ? lab->name : strrchr(lab->dir, '/') + 1,
	       lab->dialect == LAB_NETKIT ? "Netkit" : "Kathará");
	for (int i = 0; i < lab->nr_machines; i++) {
		const struct lab_machine *machine = &lab->machines[i];
		char *needs = words_join(&machine->needs, " ");

		clean_printf(stdout, "\n%s%s%s\n", machine->name, *needs ? " after " : "", needs);
		for (int j = 0; j < machine->nr_nics; j++) {
			const struct lab_nic *nic = &machine->nics[j];

			if (nic->tap)
				clean_printf(stdout, "  eth%-2d to the host, address %s, "
					     "gateway %s\n", nic->index, nic->tap, nic->tap_host);
			else
				clean_printf(stdout, "  eth%-2d in %s%s%s\n", nic->index,
					     nic->domain, nic->mac ? ", address " : "",
					     nic->mac ? nic->mac : "");
		}
		for (int j = 0; j < machine->nr_options; j++) {
			const char *value = machine->options[j].value;

			clean_printf(stdout, "  %s = %s\n", machine->options[j].key,
				     *value ? value : "yes");
		}
	}
}

