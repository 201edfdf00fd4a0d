// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_net.c - umlab capture and link: capture packets and change links by machine names
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. These verbs find the
 * switch and the port that a name stands for, and run umlab-net.
 */
#include "cli/verbs_net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/labfile.h"
#include "machine/domain.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/nic.h"

/* Returns the path of umlab-net; ends the command if it is missing. */
static const char *net_tool(void)
{
	const char *tool = where_tool("umlab-net");

	if (!tool)
		die(STATUS_FAILED,
		    _("umlab-net: not found; run 'make' or install the package umlab"));
	return tool;
}

/*
 * Finds the switch and the port of MACHINE:ethN. Reads the machine's settings, which also contain
 * the interfaces that `lconfig` added.
 */
static char *find_interface(const struct lab *lab, const char *word, int *port)
{
	const char *colon = strchr(word, ':');
	char *name = txt_copy_part(word, colon - word), *path;
	struct machine machine;
	long index;

	colon += txt_starts(colon, ":eth") ? 4 : 1;
	if (!txt_int_parse(colon, 0, LAB_NIC_MAX - 1, &index))
		die(STATUS_USAGE, _("%s: not an interface such as %s:eth0"), word, name);
	if (machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), name))) {
		if (!lab_machine_find(lab, name))
			die(STATUS_ABSENT, _("%s: the lab has no such machine"), name);
		die(STATUS_FAILED, _("the lab is not running; 'umlab lstart' starts it"));
	}
	path = nic_switch(nic_find(&machine.conf, index), port);
	if (!path)
		die(STATUS_ABSENT, _("%s: eth%ld is in no collision domain"), name, index);
	return path;
}

/* Finds the switch of MACHINE:ethN or of a collision domain, for which *port is 0. */
static char *find(const struct lab *lab, const char *word, int *port)
{
	struct words domains = { 0 };
	const char *nearest;
	char *path;

	*port = 0;
	lab_domains(lab, &domains);
	if (strchr(word, ':')) {
		path = find_interface(lab, word, port);
	} else {
		path = domain_path(lab_id(lab->dir), word);
		nearest = words_nearest(&domains, word);
		/* A domain that `lconfig` added is not in lab.conf, but its switch exists. */
		if (!words_have(&domains, word) && !file_exists(path) && nearest)
			die(STATUS_ABSENT,
			    _("%s: the lab has no such collision domain; did you mean %s?"),
			    word, nearest);
		if (!words_have(&domains, word) && !file_exists(path))
			die(STATUS_ABSENT,
			    _("%s: the lab has no such collision domain; an interface is "
			      "MACHINE:eth0"), word);
	}
	if (!file_exists(path))
		die(STATUS_FAILED, _("the lab is not running; 'umlab lstart' starts it"));
	return path;
}

static enum status verb_capture(const struct verb_args *args)
{
	const char *file = verb_value(args, "write"), *tool = net_tool();
	struct lab lab;
	char *path;
	int port;

	find_lab(&lab, verb_value(args, "directory"), false);
	path = find(&lab, args->words.at[0], &port);
	if (verb_flag(args, "wireshark")) {
		char *line = txt_printf("exec %s capture %s %s | exec wireshark -k -i -",
					txt_shell_quote(tool), txt_shell_quote(path),
					port ? txt_printf("%d", port) : "");

		execlp("sh", "sh", "-c", line, NULL);
		die(STATUS_FAILED, "sh: %s", strerror(errno));
	}
	if (!file && isatty(STDOUT_FILENO))
		die_usage(args, _("a capture is binary: use --write FILE, --wireshark or a pipe"));
	struct words words = { 0 };

	words_add(&words, tool);
	words_add(&words, "capture");
	words_add(&words, path);
	if (port)
		words_addf(&words, "%d", port);
	if (file && strcmp(file, "-")) {
		words_add(&words, "-w");
		words_add(&words, file);
	}
	execv(tool, words.at);
	die(STATUS_FAILED, "%s: %s", tool, strerror(errno));
}

static enum status verb_link_set(const struct verb_args *args)
{
	struct words words = { 0 };
	struct lab lab;
	char *path;
	int port;

	find_lab(&lab, verb_value(args, "directory"), false);
	path = find(&lab, args->words.at[0], &port);
	if (!port)
		die_usage(args, _("%s: not an interface such as r1:eth0"), args->words.at[0]);
	words_add(&words, net_tool());
	words_add(&words, "link");
	words_add(&words, "set");
	words_add(&words, path);
	words_addf(&words, "%d", port);
	for (int i = 1; i < args->words.nr; i++)
		words_add(&words, args->words.at[i]);
	return spawn_here((const char *const *)words.at);
}

static enum status verb_link_show(const struct verb_args *args)
{
	const char *tool = net_tool();
	struct words domains = { 0 };
	struct lab lab;
	enum status status = STATUS_OK;

	find_lab(&lab, verb_value(args, "directory"), false);
	lab_domains(&lab, &domains);
	for (int i = 0; i < domains.nr; i++) {
		const char *command[] = { tool, "ports",
					  domain_path(lab_id(lab.dir), domains.at[i]), NULL };

		clean_printf(stdout, "%s\n", domains.at[i]);
		if (spawn_here(command))
			status = STATUS_FAILED;
	}
	return status;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option capture_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'w', .name = "write", .value = "FILE", .kind = "file",
	  .help = N_("Write to this file"), .preset = N_("standard output") },
	{ .name = "wireshark",
	  .help = N_("Show the frames live in Wireshark") },
	{ 0 }
};

const struct verb capture_verb = {
	.name = "capture",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... DOMAIN|MACHINE:ethN",
	.summary = N_("Record the frames of a collision domain or of an interface"),
	.help = N_("Writes pcap until interrupted."),
	.examples = "  umlab capture A -w a.pcap\n  umlab capture r1:eth0 | tcpdump -n -r -",
	.options = capture_options,
	.words = "domain|machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_capture,
};

static const struct verb_option link_set_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb link_set_verb = {
	.name = "link set",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]... MACHINE:ethN SETTING...",
	.summary = N_("Set delay, loss or rate of a link, or cut its cable"),
	.help = N_("Settings for frames to the machine: up, down, delay=10ms, jitter=1ms, "
		   "loss=1%, dup=1%, reorder=1%, rate=10mbit. For frames from the machine: "
		   "in-rate=10mbit. The value 0 or off removes a setting."),
	.examples = "  umlab link set r1:eth0 delay=20ms loss=1%\n"
		    "  umlab link set r1:eth0 down",
	.options = link_set_options,
	.words = "machine =up|=down|=delay=|=jitter=|=loss=|=dup=|=reorder=|=rate=|=in-rate=...",
	.min_words = 2,
	.max_words = -1,
	.run = verb_link_set,
};

static const struct verb_option link_show_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb link_show_verb = {
	.name = "link show",
	.group = GROUP_NETWORKS,
	.usage = "[OPTION]...",
	.summary = N_("Show the ports of a lab's collision domains"),
	.options = link_show_options,
	.run = verb_link_show,
};
