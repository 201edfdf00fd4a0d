// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_change.c - change running switches, uplinks and machines: link set, forward add, stop ...
 *
 * The verbs pass their words to the target as a command. Called by the option parser through the
 * list in umlab_net.c.
 */
#include "cli/verbs_change.h"

#include "cli/client.h"
#include "cli/net_groups.h"

enum { WORDS_MAX = 30 };		/* of a command; the server reads up to MGMT_WORDS */

static enum status command_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], args->verb->name, &args->words, 1, -1);
}

/* For verbs whose only word is the target. */
#define TARGET_ONLY .words = "target", .min_words = 1, .max_words = 1, .run = command_run

const struct verb forget_verb = {
	.name = "forget",
	.group = GROUP_CHANGE,
	.usage = "SWITCH",
	.summary = "Forget the addresses that a switch has learned",
	TARGET_ONLY,
};

const struct verb set_verb = {
	.name = "set",
	.group = GROUP_CHANGE,
	.usage = "SWITCH SETTING...",
	.summary = "Change settings of a whole switch",
	.help = "Settings are:\n"
		"  hub=on|off          send every frame to all ports (off)\n"
		"  stp=on|off          take part in spanning tree (off)\n"
		"  priority=N          of this bridge in the tree, 0 to 65535 (32768)\n"
		"  forward-delay=N     seconds of listening, and of learning, 4 to 30 (15)\n"
		"  age=N               seconds until an unused address is forgotten (300)",
	.words = "target =hub=on|=hub=off|=stp=on|=stp=off|=priority=|=forward-delay=|=age=...",
	.min_words = 2,
	.max_words = 11,
	.run = command_run,
};

static enum status link_set_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], "link", &args->words, 1, -1);
}

const struct verb link_set_verb = {
	.name = "link set",
	.group = GROUP_CHANGE,
	.usage = "SWITCH PORT SETTING...",
	.summary = "Change settings of a port: cable, VLANs, isolation",
	.help = "PORT is a number, or the name that the peer gave. Settings are:\n"
		"  up, down            restore or cut the cable; the machine sees the carrier\n"
		"  delay=TIME          of what leaves the port: 500us, 10ms, 1s; at most 60s\n"
		"  jitter=TIME         vary the delay by up to this, without reordering\n"
		"  loss=P%             lose frames\n"
		"  dup=P%              double frames\n"
		"  reorder=P%          send frames without the delay, so that they overtake\n"
		"  rate=BITS           limit what leaves the port: 64kbit, 10mbit, 1gbit\n"
		"  in-rate=BITS        limit what enters the port\n"
		"  vlan=N              access port: frames without tag, of this VLAN (1 to 4094)\n"
		"  native=N            VLAN of a trunk's frames without tag\n"
		"  trunk=LIST          VLANs with tags: 10,20-30, all or none; a new port is a\n"
		"                      trunk for all\n"
		"  isolated=on|off     exchange no frames with other isolated ports\n"
		"\n"
		"The value 0 or off ends a setting. If one setting is wrong, none is applied.",
	.examples = "  umlab-net link set lan 1 delay=20ms loss=1%",
	.words = "target port =up|=down|=delay=|=jitter=|=loss=|=dup=|=reorder=|=rate=|=in-rate=|"
		 "=vlan=|=native=|=trunk=|=isolated=on|=isolated=off...",
	.min_words = 3,
	.max_words = 21,
	.run = link_set_run,
};

/* ---- forwards ------------------------------------------------------------------- */

static enum status forward_add_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], "forward-add", &args->words, 1, -1);
}

static enum status forward_remove_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], "forward-remove", &args->words, 1, -1);
}

const struct verb forward_add_verb = {
	.name = "forward add",
	.group = GROUP_CHANGE,
	.usage = "UPLINK SPEC",
	.summary = "Let a port of the host lead to a port of the machine",
	.help = "SPEC is one of\n"
		"  tcp:[ADDRESS:]PORT-[ADDRESS:]PORT\n"
		"  udp:[ADDRESS:]PORT-[ADDRESS:]PORT\n"
		"  unix:PATH-[ADDRESS:]PORT\n"
		"\n"
		"with the host's side first. The address of the host's side is 127.0.0.1 and that "
		"of the machine's side 10.0.2.15 if none is given. IPv6 addresses are in brackets.",
	.examples = "  umlab-net forward add world tcp:2222-22",
	.words = "target =tcp:|=udp:|=unix:",
	.min_words = 2,
	.max_words = 2,
	.run = forward_add_run,
};

const struct verb forward_remove_verb = {
	.name = "forward remove",
	.group = GROUP_CHANGE,
	.usage = "UPLINK SPEC",
	.summary = "Remove a forward from an uplink",
	.help = "SPEC is written as for 'forward add'; only the host's side is compared.",
	.words = "target =tcp:|=udp:|=unix:",
	.min_words = 2,
	.max_words = 2,
	.run = forward_remove_run,
};

/* ---- machines and the end --------------------------------------------------------- */

static enum status machine_run(const struct verb_args *args)
{
	return client_machine(args->words.at[0], &args->words, 1);
}

const struct verb machine_verb = {
	.name = "machine",
	.group = GROUP_CHANGE,
	.usage = "SOCKET list|add|remove|link [WORD]...",
	.summary = "Show or change the network interfaces of a running machine",
	.help = "SOCKET is the one that the machine was given by netctl=. The commands are:\n"
		"  list                show the interfaces\n"
		"  add ethN=KIND...    add one; KIND and its words are those of umlab-linux(1)\n"
		"  remove ethN         remove one, even if it is in use\n"
		"  link ethN up|down   restore or cut the machine's side of the cable",
	.words = "file =list|=add|=remove|=link...",
	.min_words = 2,
	.max_words = WORDS_MAX,
	.run = machine_run,
};

const struct verb stop_verb = {
	.name = "stop",
	.group = GROUP_CHANGE,
	.usage = "TARGET",
	.summary = "End a switch or an uplink",
	TARGET_ONLY,
};
