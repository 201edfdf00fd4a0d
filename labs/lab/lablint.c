// SPDX-License-Identifier: GPL-2.0-only
/*
 * lablint.c - find what the original tools would refuse in a lab
 *
 * Called by `umlab lint --strict=kathara` and `--strict=netkit` after labfile.c has read the
 * lab. This file checks each line of lab.conf and lab.dep against the grammar of the tool
 * (lab.conf(5), section GRAMMARS). Then it checks the machines that labfile.c found. Each refusal
 * becomes a LAB_STRICT remark.
 */
#include "lab/lablint.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "lab/labkeys.h"

static bool matches(const char *text, const char *expression)
{
	regex_t regex;
	bool match;

	/* All expressions are constants in this file, so only a lack of memory causes an error. */
	if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB))
		txt_no_memory();
	match = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return match;
}

#define STRICT(lab, file, line, ...) lab_remark(lab, LAB_STRICT, file, line, 1, __VA_ARGS__)

/* ---- Kathará ----------------------------------------------------------------------- */

#define WORD "[A-Za-z0-9_]+"

static void kathara_conf_line(struct lab *lab, const char *line, int number)
{
	const char *key, *value;

	if (!*line || *line == '#')
		return;
	if (matches(line, "^LAB_(NAME|DESCRIPTION|VERSION|AUTHOR|EMAIL|WEB)=")) {
		value = strchr(line, '=') + 1;
		if (strchr(value, '='))
			STRICT(lab, "lab.conf", number,
			       "Kathará refuses a second = in a LAB_ line");
		return;
	}
	if (matches(line, "^[a-z0-9_]{1,30}\\[" WORD "\\]="
		    "(\"[^\"']+\"|'[^\"']+'|[^\"']+)([[:space:]]+#.*)?$")) {
		value = strchr(line, '=') + 1;
		if (*value != '"' && *value != '\'' && strstr(value, " #") &&
		    matches(line, "^" WORD "\\[[0-9]+\\]"))
			STRICT(lab, "lab.conf", number,
			       "Kathará takes a comment for part of a value "
			       "without quotes");
		return;
	}
	key = line + strcspn(line, "[= ");
	if (!matches(line, "^[a-z0-9_]{1,30}(\\[|=)"))
		STRICT(lab, "lab.conf", number,
		       "Kathará wants names of up to 30 letters a-z 0-9 _");
	else if (*key == ' ' || strstr(key, "] =") || strstr(key, "= "))
		STRICT(lab, "lab.conf", number, "Kathará wants no blank around =");
	else if (txt_ends(line, "=") || txt_ends(line, "=\"\""))
		STRICT(lab, "lab.conf", number, "Kathará wants a value after =");
	else
		STRICT(lab, "lab.conf", number, "Kathará calls this line a syntax error");
}

static void kathara_dep_line(struct lab *lab, const char *line, int number)
{
	if (*line && *line != '#' && !matches(line, "^" WORD ":[[:space:]]?(" WORD " ?)+$"))
		STRICT(lab, "lab.dep", number, "Kathará calls this line a syntax error "
		       "(single blanks, letters A-Z a-z 0-9 _)");
}

static bool domain_repeated(const struct lab_machine *machine, int at)
{
	const char *domain = machine->nics[at].domain;

	for (int i = 0; i < at; i++)
		if (domain && machine->nics[i].domain && !strcmp(domain, machine->nics[i].domain))
			return true;
	return false;
}

static void kathara_machine(struct lab *lab, const struct lab_machine *machine)
{
	const char *name = machine->name;

	if (machine->implied)
		STRICT(lab, "lab.conf", 0, "Kathará starts only machines that lab.conf names, "
		       "but %s has a folder and a startup file only", name);
	for (int i = 0; i < machine->nr_nics; i++) {
		const struct lab_nic *nic = &machine->nics[i];

		if (nic->index != i)
			STRICT(lab, "lab.conf", nic->line, "Kathará wants no gap: %s has eth%d "
			       "but no eth%d", name, nic->index, i);
		if (nic->tap)
			STRICT(lab, "lab.conf", nic->line, "Kathará has no tap; it has "
			       "%s[bridged]=true", name);
		else if (nic->domain && !matches(nic->domain, "^" WORD "$"))
			STRICT(lab, "lab.conf", nic->line, "Kathará wants collision domains of "
			       "A-Z a-z 0-9 _, not %s", nic->domain);
		if (domain_repeated(machine, i))
			STRICT(lab, "lab.conf", nic->line,
			       "Kathará lets a machine join a collision "
			       "domain once; %s is in %s twice", name, nic->domain);
	}
}

/* ---- Netkit ------------------------------------------------------------------------ */

static void netkit_conf_line(struct lab *lab, const char *line, int number)
{
	const struct lab_key *key;
	char arg[64];

	if (!matches(line, "^[^]= []+\\[[^]]*\\]"))
		return;		/* Netkit ignores any other line */
	if (!matches(line, "^[A-Za-z0-9-]{1,63}\\["))
		STRICT(lab, "lab.conf", number, "Netkit wants names of A-Z a-z 0-9 -");
	if (!matches(line, "^[^]]*\\]="))
		STRICT(lab, "lab.conf", number, "Netkit wants = directly after ]");
	else if (matches(line, "=[[:space:]]*[\"']"))
		STRICT(lab, "lab.conf", number, "Netkit takes quotes for part of the value");
	else if (matches(line, "=.*[[:space:]]#"))
		STRICT(lab, "lab.conf", number,
		       "Netkit takes a comment after a value for part of it");
	if (sscanf(line, "%*[^[][%63[^]]]", arg) != 1 || matches(arg, "^[0-9]+$"))
		return;
	key = lab_key_find(arg);
	if (!key || (key->family != LAB_FAMILY_NETKIT && key->family != LAB_FAMILY_BOTH))
		STRICT(lab, "lab.conf", number, "Netkit's vstart has no option %s", arg);
}

static void netkit_dep_line(struct lab *lab, const char *line, int number)
{
	if (*line && *line != '#' && !matches(line, "^[^:]+:"))
		STRICT(lab, "lab.dep", number, "Netkit leaves this file to make, which wants "
		       "MACHINE: MACHINE...");
}

static void netkit_machine(struct lab *lab, const struct lab_machine *machine)
{
	for (int i = 0; i < machine->nr_nics; i++)
		if (machine->nics[i].mac)
			STRICT(lab, "lab.conf", machine->nics[i].line, "Netkit has no syntax for a "
			       "MAC address after a slash");
}

/* ------------------------------------------------------------------------------------ */

/* Calls @check for each line of the lab's file @name, without leading and trailing blanks. */
static void each_line(struct lab *lab, const char *name,
		      void (*check)(struct lab *lab, const char *line, int number))
{
	char *path = txt_printf("%s/%s", lab->dir, name), *text, *line, *next;
	int number = 0;
	size_t size;

	if (!file_read(path, &text, &size)) {
		line = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? text + 3 : text;
		for (; line; line = next) {
			next = strchr(line, '\n');
			if (next)
				*next++ = '\0';
			check(lab, txt_trim(line), ++number);
		}
		free(text);
	}
	free(path);
}

void lab_lint_strict(struct lab *lab, enum lab_dialect tool)
{
	each_line(lab, "lab.conf", tool == LAB_KATHARA ? kathara_conf_line : netkit_conf_line);
	each_line(lab, "lab.dep", tool == LAB_KATHARA ? kathara_dep_line : netkit_dep_line);
	for (int i = 0; i < lab->nr_machines; i++)
		(tool == LAB_KATHARA ? kathara_machine : netkit_machine)(lab, &lab->machines[i]);
}
