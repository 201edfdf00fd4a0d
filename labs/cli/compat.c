// SPDX-License-Identifier: GPL-2.0-only
/*
 * compat.c - the commands of Netkit and Kathará, by their own names
 *
 * umlab installed (or linked) as lstart, vstart, kathara and so on acts like that command:
 * its words are turned into those of a verb of ours, which then parses them as usual. The
 * verbs know most of those tools' options anyway; here is only what has another shape.
 * The table is also what umlab-netkit(7) and umlab-kathara(7) tell.
 */
#include "cli/compat.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "base/txt.h"
#include "base/where.h"
#include "cli/die.h"
#include "lab/labfile.h"
#include "lab/labkeys.h"
#include "machine/domain.h"

/* Names whose options are those of the verb. */
static const struct { const char *name, *words[3]; } netkit[] = {
	{ "lstart", { "lstart" } }, { "lhalt", { "lhalt" } }, { "lcrash", { "lcrash" } }, { "lclean", { "lclean" } },
	{ "lrestart", { "lrestart" } }, { "linfo", { "linfo" } }, { "ltest", { "check", "--netkit" } }, { "vlist", { "list", "-a" } },
	{ "vhalt", { "stop" } }, { "vcrash", { "kill" } }, { "vclean", { "remove", "--force" } }, { "vdump", { "capture" } },
	{ "vcommand", { "exec" } }, { "vconnect", { "connect" } },
};

static const struct { const char *name, *words[3]; } kathara[] = {
	{ "check", { "doctor" } }, { "settings", { "doctor" } }, { "vclean", { "remove", "--force" } }, { "vconfig", { "lconfig" } },
	{ "lconfig", { "lconfig" } },
};

/* --eth0=A, --eth0=A/MAC, and Kathará's --eth 0:A/MAC */
static bool interface_word(const char *word, char **kernel_word)
{
	char domain[64], mac[20] = "";
	int index;

	if (sscanf(word, "--eth%d=%63[^/]/%19s", &index, domain, mac) < 2 && sscanf(word, "%d:%63[^/]/%19s", &index, domain, mac) < 2)
		return false;
	if (!strcmp(domain, "slirp") || txt_starts(domain, "tap"))
		*kernel_word = txt_copy("slirp");
	else
		*kernel_word = txt_printf("switch:%s%s%s", domain_path("-", domain), *mac ? ",mac=" : "", mac);
	return index >= 0 && index < LAB_NIC_MAX;
}

/*
 * vstart NAME --eth0=A --mem=64 ...: a machine outside labs, on domains that all single
 * machines of this user share. It is made when it is not there, and started.
 */
static void vstart(int argc, char **argv, struct words *to)
{
	const char *name = NULL;
	char *net;

	words_add(to, "vstart");
	for (int i = 1; i < argc; i++) {
		char *word = argv[i], *equal = strchr(word, '='), *option;
		const struct lab_key *key;

		if (!strcmp(word, "--eth") && i + 1 < argc)
			word = argv[++i];
		if ((!strcmp(word, "-n") || !strcmp(word, "--name")) && i + 1 < argc) {
			name = argv[++i];
		} else if (interface_word(word, &net)) {
			words_addf(to, "--net=%s", net);
		} else if (*word != '-') {
			name = word;
		} else {
			option = txt_copy_part(word + strspn(word, "-"), equal ? equal - word - strspn(word, "-") : strlen(word));
			key = lab_key_find(option);
			if (key && !equal && key->check != lab_key_find("quiet")->check && i + 1 < argc)
				equal = argv[++i] - 1;
			if (key && key->alias_of)
				option = txt_copy(key->alias_of);
			if (!strcmp(option, "mem") || !strcmp(option, "image") || !strcmp(option, "cpus"))
				words_addf(to, "--%s=%s", option, equal ? equal + 1 : "");
			else if (!key && strcmp(option, "noterminals"))
				die(STATUS_USAGE, _("vstart: unknown option %s; umlab-netkit(7) tells which there are"), word);
		}
	}
	if (!name)
		die(STATUS_USAGE, _("vstart: which machine?"));
	words_add(to, name);
}

/* Netkit's vconfig NAME --eth1=B: the interface comes while the machine runs. */
static void vconfig(int argc, char **argv, struct words *to)
{
	char domain[64];
	int index;

	words_add(to, "lconfig");
	for (int i = 1; i < argc; i++)
		if (sscanf(argv[i], "--eth%d=%63s", &index, domain) == 2)
			words_addf(to, "--add=%d:%s", index, domain);
		else
			words_add(to, argv[i]);
}

static void add_rest(struct words *to, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		/* Kathará names single machines by an option. */
		if (!strcmp(argv[i], "-n") || !strcmp(argv[i], "--name"))
			continue;
		words_add(to, argv[i]);
	}
}

static char **finish(struct words *to, int *new_argc)
{
	*new_argc = to->nr;
	return to->at;
}

char **compat_arguments(int argc, char **argv, int *new_argc)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	bool is_kathara = !strcmp(name, "kathara");
	struct words to = { 0 };

	words_add(&to, "umlab");
	if (!is_kathara && argc > 1 && !strcmp(argv[1], "kathara") && !strcmp(name, "umlab")) {
		is_kathara = true;
		argv++;
		argc--;
	}
	if (is_kathara) {
		argv++;
		argc--;
		if (!argc) {
			words_add(&to, "help");
			return finish(&to, new_argc);
		}
		if (!strcmp(argv[0], "vstart")) {
			vstart(argc, argv, &to);
			return finish(&to, new_argc);
		}
		for (size_t i = 0; i < sizeof(kathara) / sizeof(*kathara); i++)
			if (!strcmp(kathara[i].name, argv[0])) {
				for (int j = 0; j < 3 && kathara[i].words[j]; j++)
					words_add(&to, kathara[i].words[j]);
				add_rest(&to, argc, argv);
				return finish(&to, new_argc);
			}
		for (int i = 0; i < argc; i++)
			words_add(&to, argv[i]);
		return finish(&to, new_argc);
	}
	if (!strcmp(name, "vstart")) {
		vstart(argc, argv, &to);
		return finish(&to, new_argc);
	}
	if (!strcmp(name, "vconfig")) {
		vconfig(argc, argv, &to);
		return finish(&to, new_argc);
	}
	for (size_t i = 0; i < sizeof(netkit) / sizeof(*netkit); i++)
		if (!strcmp(netkit[i].name, name)) {
			for (int j = 0; j < 3 && netkit[i].words[j]; j++)
				words_add(&to, netkit[i].words[j]);
			for (int j = 1; j < argc; j++)
				words_add(&to, argv[j]);
			return finish(&to, new_argc);
		}
	return NULL;
}
