// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_machine.c - umlab run, create, start, stop, kill, remove, set: work on single machines
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. machine/machine.c
 * describes what a machine is. This file handles options, defaults, messages and exit statuses.
 *
 * This file is longer than 500 lines because it contains the help of its verbs too.
 */
#include "cli/verbs_machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/name.h"
#include "base/rawterm.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "image/image.h"
#include "lab/labkeys.h"
#include "machine/disk.h"
#include "machine/machine.h"
#include "machine/machine_end.h"
#include "machine/machine_start.h"
#include "machine/machine_wait.h"
#include "machine/session.h"

/* ---- create ------------------------------------------------------------------------- */

/* Options of run, create and set that are also keys of lab.conf. labkeys.c checks their values. */
static const char *const settings[] = { "mem", "cpus", "disk", "rate" };

static void settings_apply(const struct verb_args *args, struct conf *conf)
{
	const struct words *nets = verb_values(args, "net");

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const char *value = verb_value(args, settings[i]), *wrong;
		uint64_t size;

		if (!value)
			continue;
		wrong = lab_key_find(settings[i])->check(value);
		if (wrong)
			die_usage(args, "--%s: '%s' %s", settings[i], value, wrong);
		/* The kernel accepts whole megabytes only. */
		if (!strcmp(settings[i], "mem") && txt_size_parse(value, 1 << 20, &size))
			conf_setf(conf, "mem", "%luM", (unsigned long)(size >> 20));
		else
			conf_set(conf, settings[i], value);
	}
	if (nets->nr)
		conf_set(conf, "nic", NULL);
	for (int i = 0; i < nets->nr; i++)
		if (strcmp(nets->at[i], "none"))
			conf_add(conf, "nic", txt_printf("eth%d=%s", i, nets->at[i]));
}

/* Returns the first of the names m1, m2, ... that no machine has. */
static char *free_name(void)
{
	struct machine machine;

	for (int number = 1;; number++) {
		char *name = txt_printf("m%d", number);

		if (machine_open(&machine, name) == -ENOENT)
			return name;
	}
}

/* Adds an uplink, because a machine has internet access unless --net says otherwise. */
static void default_net_apply(struct conf *conf)
{
	if (where_tool("umlab-net"))
		conf_add(conf, "nic", "eth0=slirp");
	else
		tell_warning(_("umlab-net: not found; the machine has no network"));
}

static void create(const struct verb_args *args, bool wants_net, struct machine *machine)
{
	const char *name = args->words.nr ? args->words.at[0] : free_name();
	const char *image_name = verb_value(args, "image");
	struct image image;
	char *reason;
	int error;

	if (!name_valid(name))
		die(STATUS_USAGE,
		    _("'%s' is not a valid machine name; use up to %d of A-Z a-z 0-9 _ . -"),
		    name, NAME_LENGTH_MAX);
	machine_describe(machine, name);
	if (file_exists(machine->dir))
		die(STATUS_FAILED,
		    _("%s: the machine already exists; 'umlab start %s' starts it, 'umlab remove "
		      "%s' removes it"), name, name, name);
	if (image_find(image_name ? image_name : image_default(), &image, &reason))
		die(STATUS_ABSENT, "%s", reason);
	settings_apply(args, &machine->conf);
	if (wants_net && !verb_flag(args, "net"))
		default_net_apply(&machine->conf);
	image_apply(&image, &machine->conf);
	error = machine_save(machine);
	if (error)
		die(STATUS_FAILED, _("%s: cannot write: %s"), machine->dir, strerror(-error));
	if (disk_create(machine, &reason)) {
		machine_remove(machine);
		die(STATUS_FAILED, "%s", reason);
	}
}

static enum status verb_create(const struct verb_args *args)
{
	struct machine machine;

	create(args, true, &machine);
	printf("%s\n", machine.name);
	return STATUS_OK;
}

static enum status start(struct machine *machine)
{
	char *reason = NULL;
	int error = machine_start(machine, &reason);

	if (error < 0) {
		tell_error(_("%s: cannot start: %s"), machine->name,
			   reason ? reason : strerror(-error));
		return STATUS_FAILED;
	}
	if (error > 0)
		tell_note(_("%s: already running"), machine->name);
	return STATUS_OK;
}

/*
 * Starts a machine as Netkit does: does not wait for it, and gives a new machine only the
 * interfaces that --net names.
 */
static enum status verb_vstart(const struct verb_args *args)
{
	struct machine machine;

	if (machine_open(&machine, args->words.at[0]))
		create(args, false, &machine);
	return start(&machine);
}

/* Prints the warnings of the guest's startup.sh, such as an interface without an address. */
static void startup_warnings_print(const struct machine *machine)
{
	static const char mark[] = "umlab: warning: ";
	char *text, *line, *rest;
	size_t size;

	if (file_read(txt_printf("%s/startup.log", machine->dir), &text, &size))
		return;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (!txt_starts(line, mark))
			continue;
		/* Replace control characters, because the guest may print anything. */
		for (char *at = line; *at; at++)
			if ((unsigned char)*at < ' ' || *at == 0x7f)
				*at = '?';
		tell_warning("%s: %.200s", machine->name, line + strlen(mark));
	}
	free(text);
}

/* Waits for a started machine and reports the outcome. */
static enum status wait_ready(const struct machine *machine, double seconds)
{
	if (!machine_wait(machine, machine_has_started, seconds)) {
		tell_error(_("%s: not ready after %.0f s; 'umlab log %s' shows its console"),
			   machine->name, seconds, machine->id);
		return STATUS_TIMEOUT;
	}
	startup_warnings_print(machine);
	switch (machine_state(machine, NULL)) {
	case MACHINE_STOPPED:
		tell_error(_("%s: ended while starting; 'umlab log %s' shows its console"),
			   machine->name, machine->id);
		return STATUS_FAILED;
	case MACHINE_TROUBLE:
		tell_warning(_("%s: a startup file failed; 'umlab log --startup %s' shows its "
			       "output"), machine->name, machine->id);
		return STATUS_FAILED;
	default:
		return STATUS_OK;
	}
}

static enum status verb_start(const struct verb_args *args)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < args->words.nr; i++) {
		struct machine machine;
		enum status one;

		find_machine(&machine, args->words.at[i], NULL);
		one = start(&machine);
		if (!one && !verb_flag(args, "no-wait"))
			one = wait_ready(&machine, verb_number(args, "timeout", 120));
		status = one ? one : status;
	}
	return status;
}

/* ---- run, console ------------------------------------------------------------------- */

/* `run` shows the console after this time, even if the machine is not ready. */
enum { RUN_SECONDS = 30 };

static int detach_key(const struct verb_args *args)
{
	const char *text = verb_value(args, "detach-key");
	int key = rawterm_key_parse(text ? text : "^]");

	if (key < 0)
		die_usage(args, _("--detach-key: '%s' is not a key such as ^] or ctrl-a"), text);
	return key;
}

static enum status attach(const struct machine *machine, int key)
{
	int error;

	if (isatty(STDIN_FILENO))
		tell_note(_("%s: console; Ctrl-%c leaves it, and the machine continues"),
			  machine->name, key | 0x40);
	error = session_console(machine, key);
	if (error) {
		tell_error(error == -ENOTCONN ? _("%s: not running; 'umlab start %s' starts it") :
			   _("%s: cannot connect; try 'umlab info %s'"),
			   machine->name, machine->id);
		return STATUS_FAILED;
	}
	if (isatty(STDIN_FILENO))
		tell_note(machine_runs(machine) ? _("%s: left; the machine continues") :
			  _("%s: the machine has ended"), machine->name);
	return STATUS_OK;
}

static enum status verb_run(const struct verb_args *args)
{
	struct machine machine;
	int key = detach_key(args);
	enum status status;

	if (!args->words.nr || machine_open(&machine, args->words.at[0]))
		create(args, true, &machine);
	status = start(&machine);
	if (!status) {
		if (isatty(STDIN_FILENO))
			tell_note(_("%s: starting; the console follows when the machine is ready"),
				  machine.name);
		/* If the machine is not ready in time, its console shows why. */
		if (machine_wait(&machine, machine_has_started, RUN_SECONDS))
			startup_warnings_print(&machine);
		status = attach(&machine, key);
	}
	if (!status && verb_flag(args, "remove") && !machine_runs(&machine))
		machine_remove(&machine);
	return status;
}

static enum status verb_console(const struct verb_args *args)
{
	struct machine machine;
	int key = detach_key(args);

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	return attach(&machine, key);
}

/* ---- stop, kill, remove ------------------------------------------------------------ */

static enum status stop(struct machine *machine, double seconds, bool force)
{
	int error;

	if (!machine_runs(machine)) {
		tell_note(_("%s: not running"), machine->name);
		return STATUS_OK;
	}
	error = machine_stop(machine);
	if (error) {
		tell_error(_("%s: cannot ask it to stop: %s; 'umlab kill %s' ends it"),
			   machine->name, strerror(-error), machine->id);
		return STATUS_FAILED;
	}
	if (machine_wait(machine, machine_has_stopped, seconds))
		return STATUS_OK;
	if (force)
		return machine_kill(machine) ? STATUS_FAILED : STATUS_OK;
	tell_error(_("%s: still running after %.0f s; 'umlab kill %s' ends it"), machine->name,
		   seconds, machine->id);
	return STATUS_TIMEOUT;
}

static enum status verb_stop(const struct verb_args *args)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < args->words.nr; i++) {
		struct machine machine;
		enum status one;

		find_machine(&machine, args->words.at[i], NULL);
		one = stop(&machine, verb_number(args, "timeout", 60), verb_flag(args, "force"));
		status = one ? one : status;
	}
	return status;
}

static enum status verb_restart(const struct verb_args *args)
{
	enum status status = verb_stop(args);

	return status ? status : verb_start(args);
}

static enum status verb_kill(const struct verb_args *args)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < args->words.nr; i++) {
		struct machine machine;

		find_machine(&machine, args->words.at[i], NULL);
		if (machine_kill(&machine)) {
			tell_error(_("%s: does not react to SIGKILL; a file server may hang"),
				   machine.name);
			status = STATUS_FAILED;
		}
	}
	return status;
}

static enum status verb_remove(const struct verb_args *args)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < args->words.nr; i++) {
		struct machine machine;
		int error;

		find_machine(&machine, args->words.at[i], NULL);
		if (machine_runs(&machine) && !verb_flag(args, "force")) {
			tell_error(_("%s: running; stop it first, or use --force"), machine.name);
			status = STATUS_FAILED;
			continue;
		}
		if (file_exists(txt_printf("%s/snapshots", machine.dir)) &&
		    !verb_flag(args, "force") &&
		    !tell_confirm(_("%s has snapshots. Remove them too?"), machine.name)) {
			tell_error(_("%s: has snapshots; use --force to remove them too"),
				   machine.name);
			status = STATUS_FAILED;
			continue;
		}
		error = machine_remove(&machine);
		if (error) {
			tell_error(_("%s: cannot remove: %s"), machine.dir, strerror(-error));
			status = STATUS_FAILED;
		}
	}
	return status;
}

/* ---- reset, set -------------------------------------------------------------------- */

static enum status verb_reset(const struct verb_args *args)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < args->words.nr; i++) {
		struct machine machine;
		bool ran;

		find_machine(&machine, args->words.at[i], verb_value(args, "directory"));
		ran = machine_runs(&machine);
		if (machine_kill(&machine)) {
			status = STATUS_FAILED;
			continue;
		}
		/* The next start creates a new disk, so an incomplete disk never exists. */
		unlink(disk_path(&machine));
		if (ran && start(&machine))
			status = STATUS_FAILED;
	}
	return status;
}

static enum status verb_set(const struct verb_args *args)
{
	struct machine machine;
	int error;

	find_machine(&machine, args->words.at[0], NULL);
	settings_apply(args, &machine.conf);
	error = machine_save(&machine);
	if (error)
		die(STATUS_FAILED, _("%s: cannot write: %s"), machine.dir, strerror(-error));
	if (machine_runs(&machine))
		tell_note(_("%s: running; the new settings take effect at its next start"),
			  machine.name);
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option run_options[] = {
	OPTION_IMAGE,
	OPTIONS_SETTINGS("slirp"),
	OPTION_DETACH_KEY,
	{ .name = "remove",
	  .help = N_("Remove the machine when it has ended") },
	{ 0 }
};

const struct verb run_verb = {
	.name = "run",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... [NAME]",
	.summary = N_("Start a machine, created if necessary, and show its console"),
	.help = N_("A new machine has internet access through eth0 unless --net says otherwise. "
		   "The console appears when the machine is ready and has its address, or after "
		   "30 seconds. Ctrl-] leaves the console and the machine continues; poweroff "
		   "inside ends it."),
	.examples = "  umlab run pc1\n  umlab run --image minimal --mem 128 --net none small",
	.options = run_options,
	.words = "machine",
	.max_words = 1,
	.run = verb_run,
};

static const struct verb_option create_options[] = {
	OPTION_IMAGE,
	OPTIONS_SETTINGS("slirp"),
	{ 0 }
};

const struct verb create_verb = {
	.name = "create",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... [NAME]",
	.summary = N_("Create a machine without starting it"),
	.help = N_("Prints the machine's name; without NAME it is m1, m2, ..."),
	.options = create_options,
	.max_words = 1,
	.run = verb_create,
};

static const struct verb_option start_options[] = {
	OPTION_NO_WAIT,
	OPTION_TIMEOUT("120"),
	{ 0 }
};

const struct verb start_verb = {
	.name = "start",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE...",
	.summary = N_("Start machines and wait until they are ready"),
	.help = N_("A machine is ready when its startup files have ended and its uplink has an "
		   "address."),
	.options = start_options,
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_start,
};

static const struct verb_option stop_options[] = {
	OPTION_FORCE(N_("Kill a machine that does not stop in time")),
	OPTION_TIMEOUT("60"),
	{ 0 }
};

const struct verb stop_verb = {
	.name = "stop",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE...",
	.summary = N_("Shut machines down cleanly"),
	.options = stop_options,
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_stop,
};

static const struct verb_option restart_options[] = {
	OPTION_FORCE(N_("Kill a machine that does not stop in time")),
	OPTION_NO_WAIT,
	OPTION_TIMEOUT(N_("60 to stop, 120 to start")),
	{ 0 }
};

const struct verb restart_verb = {
	.name = "restart",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE...",
	.summary = N_("Stop machines, then start them again"),
	.options = restart_options,
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_restart,
};

const struct verb kill_verb = {
	.name = "kill",
	.group = GROUP_MACHINES,
	.usage = "MACHINE...",
	.summary = N_("End machines at once, like pulling the plug"),
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_kill,
};

static const struct verb_option remove_options[] = {
	OPTION_FORCE(N_("Also remove running machines and snapshots, without asking")),
	{ 0 }
};

const struct verb remove_verb = {
	.name = "remove",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE...",
	.summary = N_("Remove machines with all their files"),
	.options = remove_options,
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_remove,
};

static const struct verb_option console_options[] = {
	OPTION_DIRECTORY,
	OPTION_DETACH_KEY,
	{ 0 }
};

const struct verb console_verb = {
	.name = "console",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Show the console of a machine"),
	.help = N_("Several terminals may show the same console. The detach key leaves it, and "
		   "the machine continues."),
	.options = console_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_console,
};

static const struct verb_option reset_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb reset_verb = {
	.name = "reset",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE...",
	.summary = N_("Give machines pristine disks"),
	.help = N_("Deletes what was changed inside the machines. A running machine is killed "
		   "and started again. Snapshots are kept."),
	.options = reset_options,
	.words = "machine...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_reset,
};

static const struct verb_option set_options[] = {
	OPTIONS_SETTINGS(N_("unchanged")),
	{ 0 }
};

const struct verb set_verb = {
	.name = "set",
	.group = GROUP_MACHINES,
	.usage = "OPTION... MACHINE",
	.summary = N_("Change the memory, processors, disk or networks of a machine"),
	.help = N_("A running machine takes the new settings at its next start."),
	.options = set_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_set,
};

static const struct verb_option vstart_options[] = {
	OPTION_IMAGE,
	OPTIONS_SETTINGS("none"),
	{ 0 }
};

const struct verb vstart_verb = {
	.name = "vstart",
	.group = VERB_GROUP_HIDDEN,
	.usage = "[OPTION]... NAME",
	.summary = N_("Start a machine, created if necessary, as Netkit's vstart does"),
	.help = N_("Does not wait until the machine is ready. See umlab-netkit(7)."),
	.options = vstart_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_vstart,
};
