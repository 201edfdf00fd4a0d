// SPDX-License-Identifier: GPL-2.0-only
/*
 * umlab_net.c - define the command umlab-net: the list of its verbs, and main()
 *
 * The entry of each verb is in the run_*.c or verbs_*.c file that holds its function. The
 * parser, the help, the man page umlab-net(1) and completion are made from these entries
 * (labs/base/verb.h).
 *
 * main() runs on the host, for a user, for umlab, or for the kernel of a machine that needs an
 * uplink.
 */
#include <string.h>

#include "base/program.h"
#include "base/verb_complete.h"
#include "cli/client.h"
#include "cli/net_groups.h"
#include "cli/run_switch.h"
#include "cli/run_uplink.h"
#include "cli/verbs_change.h"
#include "cli/verbs_look.h"

static const char *const groups[] = {
	[VERB_GROUP_HIDDEN] = "",
	[GROUP_RUN] = "Run a switch or an uplink",
	[GROUP_LOOK] = "Look at what runs",
	[GROUP_CHANGE] = "Change what runs",
	[GROUP_OTHER] = "Other",
	NULL
};

static const struct verb *const verbs[] = {
	&run_switch_verb, &run_slirp_verb, &run_vde_verb,
	&list_verb, &show_verb, &ports_verb, &counters_verb, &table_verb, &connections_verb,
	&forward_list_verb, &capture_verb,
	&link_set_verb, &set_verb, &forget_verb, &forward_add_verb, &forward_remove_verb,
	&machine_verb, &stop_verb,
	&program_help_verb, NULL
};

static void target_offer(const struct client_target *target, void *arg)
{
	completion_add(arg, target->name);
}

/* Offers the number and the name of a port, from a line of `ports`, as completions. */
static void port_offer(const char *line, void *arg)
{
	struct words words = { 0 };

	words_split(&words, line, " ");
	for (int i = 0; i < words.nr && i < 2; i++)
		if (strcmp(words.at[i], "-"))
			completion_add(arg, words.at[i]);
}

static void complete(struct completion *completion, const char *kind)
{
	if (!strcmp(kind, "target"))
		client_each(target_offer, completion);
	else if (!strcmp(kind, "port") && completion->words.nr)
		client_each_line(completion->words.at[0], "ports", port_offer, completion);
}

static const struct verb_note notes[] = {
	{ "FILES",
	  "A switch or an uplink has a folder with its sockets: $XDG_RUNTIME_DIR/umlab/net/NAME,"
	  " or /tmp/umlab-net-UID/NAME if XDG_RUNTIME_DIR is not set. A NAME with a slash is the "
	  "path of the folder itself." },
	{ "EXIT STATUS",
	  "0 if the command was carried out, 1 if it failed (the reason is printed), 2 if the "
	  "command line was wrong." },
	{ NULL, NULL }
};

static const struct program umlab_net = {
	.name = "umlab-net",
	.version = UMLAB_VERSION,
	.purpose = "Run and control switches and uplinks for machines, without root",
	.description =
		"umlab-net runs the networks of umlab's machines as ordinary processes: a switch, "
		"the internet by libslirp, and whatever libvdeplug opens. The same command looks "
		"at those that run and changes them. The kernel of a machine starts the uplinks of "
		"eth0=slirp and eth0=vde: by itself.\n"
		"\n"
		"TARGET, SWITCH and UPLINK are names from 'umlab-net list', or paths of folders "
		"(with a slash).",
	.footer = "TARGET, SWITCH and UPLINK are names from 'umlab-net list', or paths of folders.",
	.see_also = "umlab-linux(1), umlab(1), vde_plug(1)",
	.groups = groups,
	.verbs = verbs,
	.notes = notes,
	.complete = complete,
};

int main(int argc, char **argv)
{
	program_open_standard();
	return program_run(&umlab_net, argc, argv);
}
