// SPDX-License-Identifier: GPL-2.0-only
/*
 * run_switch.c - `umlab-net run switch`: read the options, start a switch, run until it ends
 *
 * Called by the option parser through the list in umlab_net.c. The process of the command then is
 * the switch; its main thread runs the event loop.
 */
#include "cli/run_switch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/tell.h"
#include "cli/net_groups.h"
#include "common/loop.h"
#include "common/mgmt.h"
#include "common/place.h"
#include "common/sandbox.h"
#include "common/words.h"
#include "switch/port_settings.h"
#include "switch/serve.h"
#include "switch/stp.h"
#include "switch/switch.h"
#include "switch/switch_commands.h"

enum { TABLE_MAX = 1000000 };

struct options {
	const char *name;
	unsigned long mode, table;
	bool hub, stp;
	struct words ports;		/* values of port= */
};

static bool mode_read(const char *text, unsigned long *mode)
{
	char *end;

	*mode = strtoul(text, &end, 8);
	return *text >= '0' && *text <= '7' && !*end && *mode <= 0777;
}

/* Reads one option. False: the word is not an option or its value is wrong. */
static bool option_read(struct options *options, const char *word)
{
	const char *value;

	if (!strcmp(word, "hub")) {
		options->hub = true;
		return true;
	}
	if (!strcmp(word, "stp")) {
		options->stp = true;
		return true;
	}
	if ((value = word_value(word, "mode=")))
		return mode_read(value, &options->mode);
	if ((value = word_value(word, "table=")))
		return !word_read_number(value, TABLE_MAX, &options->table);
	if ((value = word_value(word, "port="))) {
		words_add(&options->ports, value);
		return true;
	}
	return false;
}

/* Applies the value of port=: "3:vlan=10,loss=1%", with the settings of `link set`. */
static enum status port_preset(const struct verb_args *args, const char *value)
{
	const char *colon = strchr(value, ':');
	struct words settings = { 0 };
	struct port *port;
	char error[300];

	if (!colon)
		return verb_usage(args, "port=%s: must be port=N:SETTING,...", value);
	port = switch_port_named(txt_copy_part(value, colon - value));
	if (!port)
		return verb_usage(args, "port=%s: no such port, numbers are 1 to %d", value,
				  PORTS_MAX);
	words_split(&settings, colon + 1, ",");
	if (port_settings_apply(port, settings.at, settings.nr, error, sizeof(error)))
		return verb_usage(args, "port=%s: %s", value, error);
	return STATUS_OK;
}

/* Raises the limit of descriptors: 1024 ports need more than most sessions start with. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int switch_start(const struct options *options)
{
	int error = loop_init();

	if (!error)
		error = switch_init(options->table);
	if (!error)
		error = loop_catch_signals();
	if (error)
		return error;
	switch_set_hub(options->hub);
	stp_set(options->stp);
	return 0;
}

/* Tells the process that started us, if it gave us a pipe, that the sockets accept connections. */
static void ready_report(void)
{
	const char *text = getenv("UMLAB_READY_FD");
	unsigned long fd;

	if (!text || word_read_number(text, INT_MAX, &fd) || fd <= STDERR_FILENO)
		return;
	(void)!write(fd, "+", 1);
	close(fd);
}

static enum status switch_run(const char *folder, unsigned int mode)
{
	int error = serve_start(folder, mode);

	if (error) {
		tell_error("%s: %s", folder, error == -EADDRINUSE ?
			   "a switch runs there already" : strerror(-error));
		return STATUS_FAILED;
	}
	ready_report();
	error = sandbox_enter(SANDBOX_SWITCH);
	if (error)
		tell_error("the switch cannot confine itself: %s", strerror(-error));
	else
		error = loop_run();
	serve_stop();
	switch_release();
	return error ? STATUS_FAILED : STATUS_OK;
}

static enum status run(const struct verb_args *args)
{
	struct options options = { .mode = 0600, .table = FDB_MAX };
	char folder[PLACE_SIZE];
	enum status status = STATUS_OK;
	int error;

	for (int i = 0; i < args->words.nr; i++) {
		const char *word = args->words.at[i];

		if (option_read(&options, word))
			continue;
		if (options.name || strchr(word, '='))
			return verb_usage(args, "'%s' is not understood", word);
		options.name = word;
	}
	if (!options.name)
		return verb_usage(args, "the name is missing");
	error = place_find(options.name, folder, sizeof(folder), true);
	if (error) {
		tell_error("%s: %s", options.name, strerror(-error));
		return STATUS_FAILED;
	}
	descriptors_raise();
	error = switch_start(&options);
	if (error) {
		tell_error("the switch cannot be started: %s", strerror(-error));
		return STATUS_FAILED;
	}
	for (int i = 0; !status && i < options.ports.nr; i++)
		status = port_preset(args, options.ports.at[i]);
	return status ? status : switch_run(folder, options.mode);
}

const struct verb run_switch_verb = {
	.name = "run switch",
	.group = GROUP_RUN,
	.usage = "NAME [SETTING]...",
	.summary = "Run a switch of up to 1024 ports",
	.help = "The switch stays in the foreground until SIGTERM or 'umlab-net stop'. Its folder "
		"holds three sockets: umlab (for eth0=switch: and uplinks), ctl (the classic "
		"protocol: vde_plug, QEMU's -netdev vde,sock=, user-mode-linux's eth0=daemon) and "
		"mgmt (commands). Settings are:\n"
		"  hub                 send every frame to all ports\n"
		"  stp                 take part in spanning tree\n"
		"  port=N:SETTING,...  preset a port, with the settings of 'link set'\n"
		"  table=N             learn at most this many addresses (4096; at most 1000000)\n"
		"  mode=OCTAL          mode of the sockets (0600: only the user)",
	.examples = "  umlab-net run switch lan port=1:vlan=10 &\n"
		    "  umlab-linux mem=256M ubd0=a.img root=/dev/ubda rw \\\n"
		    "      eth0=switch:$XDG_RUNTIME_DIR/umlab/net/lan",
	.words = "name =hub|=stp|=port=|=table=|=mode=...",
	.min_words = 1,
	.max_words = -1,
	.run = run,
};
