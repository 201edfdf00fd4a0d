// SPDX-License-Identifier: GPL-2.0-only
/*
 * compat.c - translate the commands of Netkit and Kathará into calls of umlab
 *
 * If umlab is called through a link named lstart, vstart, kathara or the like, it acts like that
 * command: main() calls compat_arguments() to translate the arguments to those of a
 * verb. The verbs themselves accept most options of Netkit and Kathará; this file translates the
 * other options. umlab-netkit(7) and umlab-kathara(7) document the result.
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

struct alias {
	const char *name;	/* NULL ends a table */
	const char *words[3];	/* the verb, and options that come first */
};

/* Commands of Netkit whose options the verbs accept unchanged. */
static const struct alias netkit[] = {
	{ "lstart", { "lstart" } },
	{ "lhalt", { "lhalt" } },
	{ "lcrash", { "lcrash" } },
	{ "lclean", { "lclean" } },
	{ "lrestart", { "lrestart" } },
	{ "linfo", { "linfo" } },
	{ "ltest", { "check", "--netkit" } },
	{ "vlist", { "list", "-a" } },
	{ "vhalt", { "stop" } },
	{ "vcrash", { "kill" } },
	{ "vclean", { "remove", "--force" } },
	{ "vdump", { "capture" } },
	{ "vcommand", { "exec" } },
	{ "vconnect", { "connect" } },
	{ 0 }
};

/* Subcommands of kathara that need translation. All others have the name of a verb. */
static const struct alias kathara[] = {
	{ "check", { "doctor" } },
	{ "settings", { "doctor" } },
	{ "vclean", { "remove", "--force" } },
	{ "vconfig", { "lconfig" } },
	{ "lconfig", { "lconfig" } },
	{ 0 }
};

static bool alias_apply(const struct alias *alias, const char *name, struct words *to)
{
	for (; alias->name; alias++)
		if (!strcmp(alias->name, name)) {
			for (int i = 0; i < 3 && alias->words[i]; i++)
				words_add(to, alias->words[i]);
			return true;
		}
	return false;
}

/* Translates --eth0=A and --eth0=A/MAC, and the value of Kathará's --eth 0:A/MAC. */
static bool interface_word(const char *word, char **kernel_word)
{
	char domain[64], mac[20] = "";
	int index;

	if (sscanf(word, "--eth%d=%63[^/]/%19s", &index, domain, mac) < 2 &&
	    sscanf(word, "%d:%63[^/]/%19s", &index, domain, mac) < 2)
		return false;
	if (!strcmp(domain, "slirp") || txt_starts(domain, "tap"))
		*kernel_word = txt_copy("slirp");
	else
		*kernel_word = txt_printf("switch:%s%s%s", domain_path("-", domain),
					  *mac ? ",mac=" : "", mac);
	return index >= 0 && index < LAB_NIC_MAX;
}

/* Translates an option of Netkit's vstart. Returns 1 if @next was the option's value, else 0. */
static int vstart_option(const char *word, char *next, struct words *to)
{
	const char *start = word + strspn(word, "-"), *equal = strchr(word, '=');
	const char *value = equal ? equal + 1 : "";
	char *option = txt_copy_part(start, equal ? (size_t)(equal - start) : strlen(start));
	const struct lab_key *key = lab_key_find(option);
	int took = 0;

	if (key && !equal && key->check != lab_key_find("quiet")->check && next) {
		value = next;
		took = 1;
	}
	if (key && key->alias_of)
		option = txt_copy(key->alias_of);
	if (!strcmp(option, "mem") || !strcmp(option, "image") || !strcmp(option, "cpus"))
		words_addf(to, "--%s=%s", option, value);
	else if (!key && strcmp(option, "noterminals"))
		die(STATUS_USAGE, _("vstart: unknown option %s; see umlab-netkit(7)"), word);
	return took;
}

/*
 * Translates vstart NAME --eth0=A --mem=64 ..., which starts a machine outside labs, and first
 * creates a missing machine. All such machines of this user share one set of collision domains.
 */
static void vstart(int argc, char **argv, struct words *to)
{
	const char *name = NULL;
	char *net;

	words_add(to, "vstart");
	for (int i = 1; i < argc; i++) {
		char *word = argv[i];

		if (!strcmp(word, "--eth") && i + 1 < argc)
			word = argv[++i];
		if ((!strcmp(word, "-n") || !strcmp(word, "--name")) && i + 1 < argc)
			name = argv[++i];
		else if (interface_word(word, &net))
			words_addf(to, "--net=%s", net);
		else if (*word != '-')
			name = word;
		else
			i += vstart_option(word, i + 1 < argc ? argv[i + 1] : NULL, to);
	}
	if (!name)
		die(STATUS_USAGE, _("vstart: the name of the machine is missing"));
	words_add(to, name);
}

/* Translates Netkit's vconfig NAME --eth1=B, which adds an interface to a running machine. */
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

static void words_add_all(struct words *to, int nr, char **words)
{
	for (int i = 0; i < nr; i++)
		words_add(to, words[i]);
}

/* Translates `kathara SUBCOMMAND ...`; @argv begins with the subcommand. */
static void kathara_translate(int argc, char **argv, struct words *to)
{
	if (!argc) {
		words_add(to, "help");
	} else if (!strcmp(argv[0], "vstart")) {
		vstart(argc, argv, to);
	} else if (alias_apply(kathara, argv[0], to)) {
		/* Kathará takes the machine's name from --name, the verbs take it from a word. */
		for (int i = 1; i < argc; i++)
			if (strcmp(argv[i], "-n") && strcmp(argv[i], "--name"))
				words_add(to, argv[i]);
	} else {
		words_add_all(to, argc, argv);
	}
}

char **compat_arguments(int argc, char **argv, int *new_argc)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	struct words to = { 0 };

	words_add(&to, "umlab");
	if (!strcmp(name, "kathara")) {
		kathara_translate(argc - 1, argv + 1, &to);
	} else if (!strcmp(name, "umlab")) {
		if (argc < 2 || strcmp(argv[1], "kathara"))
			return NULL;
		kathara_translate(argc - 2, argv + 2, &to);
	} else if (!strcmp(name, "vstart")) {
		vstart(argc, argv, &to);
	} else if (!strcmp(name, "vconfig")) {
		vconfig(argc, argv, &to);
	} else if (alias_apply(netkit, name, &to)) {
		words_add_all(&to, argc - 1, argv + 1);
	} else {
		return NULL;
	}
	*new_argc = to.nr;
	return to.at;
}
