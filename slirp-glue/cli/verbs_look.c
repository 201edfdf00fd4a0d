// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_look.c - show running switches and uplinks: list, show, ports, counters, capture ...
 *
 * `list` asks every switch and uplink in the user's folder; the other verbs pass their name and
 * words to the target as a command. Called by the option parser through the list in umlab_net.c.
 */
#include "cli/verbs_look.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/tell.h"
#include "cli/client.h"
#include "cli/net_groups.h"

/* ---- list ------------------------------------------------------------------- */

static void list_line(const struct client_target *target, void *arg)
{
	printf("%-20s %-8s %s\n", target->name, target->kind, target->folder);
}

static void list_add(const struct client_target *target, void *arg)
{
	json_array_append_new(arg, json_pack("{s:s, s:s, s:s}", "name", target->name, "kind",
					     target->kind, "folder", target->folder));
}

static enum status list_run(const struct verb_args *args)
{
	json_t *array = NULL;
	int error;

	if (verb_flag(args, "json")) {
		array = json_array();
		error = client_each(list_add, array);
	} else {
		error = client_each(list_line, NULL);
	}
	if (error)
		tell_error("the folder of switches and uplinks: %s", strerror(-error));
	else if (array && (json_dumpf(array, stdout, JSON_INDENT(2)) || putchar('\n') < 0))
		error = -EIO;
	json_decref(array);
	return error ? STATUS_FAILED : STATUS_OK;
}

static const struct verb_option list_options[] = {
	{ .name = "json", .help = "Print a JSON array of objects with name, kind and folder" },
	{ 0 }
};

const struct verb list_verb = {
	.name = "list",
	.group = GROUP_LOOK,
	.usage = "[--json]",
	.summary = "List the switches and uplinks that run",
	.help = "Prints the name, the kind (switch, hub, slirp or vde) and the folder of each.",
	.options = list_options,
	.run = list_run,
};

/* ---- commands of the target ---------------------------------------------------- */

static enum status command_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], args->verb->name, &args->words, 1, -1);
}

/* For verbs whose only word is the target. */
#define TARGET_ONLY .words = "target", .min_words = 1, .max_words = 1, .run = command_run

const struct verb show_verb = {
	.name = "show",
	.group = GROUP_LOOK,
	.usage = "TARGET",
	.summary = "Show the state of a switch or an uplink",
	TARGET_ONLY,
};

const struct verb ports_verb = {
	.name = "ports",
	.group = GROUP_LOOK,
	.usage = "SWITCH",
	.summary = "List the ports of a switch with their settings",
	.help = "Each line has the number, the name that the peer gave, the protocol that it "
		"speaks, up or down, and the settings of 'link set'.",
	TARGET_ONLY,
};

const struct verb counters_verb = {
	.name = "counters",
	.group = GROUP_LOOK,
	.usage = "SWITCH [PORT]",
	.summary = "Show frames, bytes and losses of ports",
	.words = "target port",
	.min_words = 1,
	.max_words = 2,
	.run = command_run,
};

const struct verb table_verb = {
	.name = "table",
	.group = GROUP_LOOK,
	.usage = "SWITCH",
	.summary = "List the addresses that a switch has learned",
	.help = "Each line has the address, its VLAN, its port, and the seconds since it was last "
		"seen.",
	TARGET_ONLY,
};

const struct verb connections_verb = {
	.name = "connections",
	.group = GROUP_LOOK,
	.usage = "UPLINK",
	.summary = "List the connections through an uplink by libslirp",
	TARGET_ONLY,
};

static enum status forward_list_run(const struct verb_args *args)
{
	return client_command(args->words.at[0], "forward-list", NULL, 0, -1);
}

const struct verb forward_list_verb = {
	.name = "forward list",
	.group = GROUP_LOOK,
	.usage = "UPLINK",
	.summary = "List the forwards of an uplink",
	.words = "target",
	.min_words = 1,
	.max_words = 1,
	.run = forward_list_run,
};

/* ---- capture ------------------------------------------------------------------- */

static enum status capture_run(const struct verb_args *args)
{
	const char *file = verb_value(args, "write");
	int fd = STDOUT_FILENO;
	enum status status;

	if (file && strcmp(file, "-")) {
		fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0) {
			tell_error("capture: %s: %s", file, strerror(errno));
			return STATUS_FAILED;
		}
	} else if (isatty(STDOUT_FILENO)) {
		return verb_usage(args, "pcap is binary; name a file with -w, or pipe the output: "
				  "| wireshark -k -i -");
	}
	status = client_command(args->words.at[0], "capture", &args->words, 1, fd);
	if (fd != STDOUT_FILENO && close(fd)) {
		tell_error("capture: %s: %s", file, strerror(errno));
		return STATUS_FAILED;
	}
	return status;
}

static const struct verb_option capture_options[] = {
	{ .letter = 'w', .name = "write", .value = "FILE", .kind = "file",
	  .help = "Write to this file", .preset = "standard output" },
	{ 0 }
};

const struct verb capture_verb = {
	.name = "capture",
	.group = GROUP_LOOK,
	.usage = "SWITCH [PORT] [-w FILE]",
	.summary = "Record frames as pcap until interrupted",
	.help = "With a PORT, the frames in both directions of this port are recorded. Without "
		"one, each frame is recorded once, as it enters the switch.",
	.examples = "  umlab-net capture lan | wireshark -k -i -",
	.options = capture_options,
	.words = "target port",
	.min_words = 1,
	.max_words = 2,
	.run = capture_run,
};
