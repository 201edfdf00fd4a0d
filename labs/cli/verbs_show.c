// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_show.c - umlab list, info, log and top: show machines, their states, logs and resources
 *
 * Called by the option parser (base/program.c) through the list in umlab.c.
 */
#include "cli/verbs_show.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/jsontext.h"
#include "base/table.h"
#include "base/usage.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/json_print.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "machine/disk.h"
#include "machine/machine.h"

/* Returns how long the machine has been running, such as "5m", or "" if it does not run. */
static char *age(const struct conf *status)
{
	long seconds = time(NULL) - conf_get_int(status, "started", time(NULL));

	if (!conf_get(status, "started"))
		return "";
	if (seconds < 60)
		return txt_printf("%lds", seconds);
	if (seconds < 3600)
		return txt_printf("%ldm", seconds / 60);
	return txt_printf("%ldh%02ldm", seconds / 3600, seconds / 60 % 60);
}

static json_t *machine_json(const struct machine *machine)
{
	struct conf status;
	enum machine_state state = machine_state(machine, &status);
	json_t *nics = json_array(), *object;
	const char *value;
	struct usage usage = { 0 };

	if (state != MACHINE_STOPPED)
		usage_of(conf_get_int(&status, "pid", 0), &usage);
	for (int at = -1; (value = conf_next(&machine->conf, "nic", &at));)
		json_array_append_new(nics, jsontext_value(value));
	object = json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:o}",
		"id", jsontext_value(machine->id),
		"name", jsontext_value(machine->name),
		"lab", jsontext_value(machine->lab),
		"state", machine_state_word(state),
		"image", jsontext_value(conf_get(&machine->conf, "image")),
		"memory", jsontext_value(conf_get(&machine->conf, "mem")),
		"networks", nics,
		"disk_used", (json_int_t)disk_used(machine),
		"folder", jsontext_value(machine->dir));
	if (state != MACHINE_STOPPED) {
		json_object_set_new(object, "pid", json_integer(conf_get_int(&status, "pid", 0)));
		json_object_set_new(object, "started",
				    json_integer(conf_get_int(&status, "started", 0)));
		json_object_set_new(object, "memory_used", json_integer(usage.memory));
		json_object_set_new(object, "cpu_seconds", json_real(usage.cpu_seconds));
	}
	return object;
}

/* Lists the machines to show: those of the lab in the folder, or all. */
static void machines_chosen(const struct verb_args *args, struct machines *machines)
{
	const char *dir = verb_value(args, "directory");

	if (verb_flag(args, "all") || (!dir && !file_exists("lab.conf")))
		machine_list(machines, NULL);
	else
		machine_list(machines, find_lab_id(dir));
}

static enum status verb_list(const struct verb_args *args)
{
	static const char *const columns[] = { "MACHINE", "STATE", "UP", ">MEMORY", ">DISK",
					       "IMAGE", NULL };
	struct machines machines;
	struct table *table;
	json_t *array;

	machines_chosen(args, &machines);
	if (verb_flag(args, "names")) {
		for (int i = 0; i < machines.nr; i++)
			clean_printf(stdout, "%s\n", machines.at[i].id);
		return STATUS_OK;
	}
	if (verb_flag(args, "json")) {
		array = json_array();
		for (int i = 0; i < machines.nr; i++)
			json_array_append_new(array, machine_json(&machines.at[i]));
		json_print(array);
		return STATUS_OK;
	}
	table = table_create(columns);
	for (int i = 0; i < machines.nr; i++) {
		struct machine *machine = &machines.at[i];
		struct conf status;
		enum machine_state state = machine_state(machine, &status);
		const char *cells[] = { machine->id, machine_state_name(state), age(&status),
					conf_get(&machine->conf, "mem"),
			txt_size(disk_used(machine)), conf_get(&machine->conf, "image") };

		if (state != MACHINE_STOPPED || !verb_flag(args, "running"))
			table_add(table, cells);
	}
	table_print(table);
	table_destroy(table);
	return STATUS_OK;
}

static enum status verb_info(const struct verb_args *args)
{
	struct machine machine;
	struct conf status, last;
	enum machine_state state;
	struct usage usage = { 0 };

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	if (verb_flag(args, "json")) {
		json_print(machine_json(&machine));
		return STATUS_OK;
	}
	state = machine_state(&machine, &status);
	clean_printf(stdout, "%-12s %s\n%-12s %s\n", _("machine"), machine.id, _("state"),
		     machine_state_name(state));
	if (state != MACHINE_STOPPED) {
		usage_of(conf_get_int(&status, "pid", 0), &usage);
		clean_printf(stdout, "%-12s %s\n", _("up"), age(&status));
		clean_printf(stdout, "%-12s %s\n", _("memory"), txt_size(usage.memory));
		clean_printf(stdout, "%-12s %.1f s\n", _("cpu time"), usage.cpu_seconds);
		clean_printf(stdout, "%-12s %ld\n", _("process"), conf_get_int(&status, "pid", 0));
	} else if (!conf_read(&last, txt_printf("%s/last", machine.dir))) {
		if (conf_get(&last, "signal"))
			clean_printf(stdout, "%-12s %s %s\n", _("ended"), _("by signal"),
				     conf_get(&last, "signal"));
		else if (conf_get(&last, "exit"))
			clean_printf(stdout, "%-12s %s %s\n", _("ended"), _("with status"),
				     conf_get(&last, "exit"));
	}
	clean_printf(stdout, "%-12s %s (%s)\n", _("image"), conf_get(&machine.conf, "image"),
		     conf_get(&machine.conf, "base"));
	for (int i = 0; i < machine.conf.keys.nr; i++)
		if (strcmp(machine.conf.keys.at[i], "image") &&
		    strcmp(machine.conf.keys.at[i], "base"))
			clean_printf(stdout, "%-12s %s\n", machine.conf.keys.at[i],
				     machine.conf.values.at[i]);
	clean_printf(stdout, "%-12s %s, %s\n", _("disk"), disk_path(&machine),
		     txt_size(disk_used(&machine)));
	return STATUS_OK;
}

/* ---- log --------------------------------------------------------------------------- */

/* A terminal gets the text without control sequences, a file or a program gets every byte. */
static void copy_to_output(int fd, struct clean_stream *stream)
{
	char data[16384];
	ssize_t size;

	while ((size = fd_read(fd, data, sizeof(data))) > 0)
		if (isatty(STDOUT_FILENO)) {
			clean_stream_print(stream, data, size, stdout);
			fflush(stdout);
		} else if (fd_write_all(STDOUT_FILENO, data, size)) {
			return;
		}
}

static enum status verb_log(const struct verb_args *args)
{
	static const char *const kinds[] = { "startup", "boot", "shutdown", "keeper", "record" };
	struct clean_stream stream = { 0 };
	const char *kind = "console";
	struct machine machine;
	char *path;
	int fd;

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (verb_flag(args, kinds[i]))
			kind = kinds[i];
	path = txt_printf("%s/%s.log", machine.dir, kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(STATUS_ABSENT, _("%s: there is no such log: %s"), machine.name, path);
	copy_to_output(fd, &stream);
	while (verb_flag(args, "follow") && machine_runs(&machine)) {
		poll(NULL, 0, 200);
		copy_to_output(fd, &stream);
	}
	return STATUS_OK;
}

/* ---- top --------------------------------------------------------------------------- */

static void top_show(const struct machines *machines, struct usage *before, double seconds,
		     bool clear)
{
	static const char *const columns[] = { "MACHINE", "STATE", ">CPU%", ">MEMORY", ">PROCESSES",
					       NULL };
	struct table *table = table_create(columns);

	for (int i = 0; i < machines->nr; i++) {
		struct conf status;
		enum machine_state state = machine_state(&machines->at[i], &status);
		struct usage now = { 0 };

		if (state == MACHINE_STOPPED)
			continue;
		usage_of(conf_get_int(&status, "pid", 0), &now);
		const char *cells[] = { machines->at[i].id, machine_state_name(state),
			txt_printf("%.1f", seconds > 0
				   ? (now.cpu_seconds - before[i].cpu_seconds) / seconds * 100 : 0),
			txt_size(now.memory), txt_printf("%d", now.nr_processes) };

		before[i] = now;
		table_add(table, cells);
	}
	if (clear)
		fputs("\033[H\033[J", stdout);
	table_print(table);
	fflush(stdout);
	table_destroy(table);
}

static enum status verb_top(const struct verb_args *args)
{
	struct machines machines;
	struct usage *before;
	bool once = verb_flag(args, "once") || !isatty(STDOUT_FILENO);

	machines_chosen(args, &machines);
	before = calloc(machines.nr + 1, sizeof(*before));
	for (int i = 0; i < machines.nr; i++) {
		struct conf status;

		if (machine_state(&machines.at[i], &status) != MACHINE_STOPPED)
			usage_of(conf_get_int(&status, "pid", 0), &before[i]);
	}
	do {
		poll(NULL, 0, 1000);
		top_show(&machines, before, 1, !once && tell_fancy(STDOUT_FILENO));
	} while (!once);
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option list_options[] = {
	OPTION_ALL,
	{ .letter = 'r', .name = "running",
	  .help = N_("Show only running machines") },
	OPTION_DIRECTORY,
	OPTION_JSON,
	OPTION_NAMES,
	{ 0 }
};

const struct verb list_verb = {
	.name = "list",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]...",
	.summary = N_("List the machines and their states"),
	.help = N_("In the folder of a lab, lists the machines of that lab; elsewhere, all."),
	.options = list_options,
	.run = verb_list,
};

static const struct verb_option info_options[] = {
	OPTION_DIRECTORY,
	OPTION_JSON,
	{ 0 }
};

const struct verb info_verb = {
	.name = "info",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Show the settings and the state of a machine"),
	.options = info_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_info,
};

static const struct verb_option log_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'f', .name = "follow",
	  .help = N_("Continue until the machine ends") },
	{ .name = "startup",
	  .help = N_("Show the log of the startup files") },
	{ .name = "boot",
	  .help = N_("Show what the kernel printed as a process of the host") },
	{ .name = "shutdown",
	  .help = N_("Show the log of the shutdown files") },
	{ .name = "keeper",
	  .help = N_("Show the log of the keeper") },
	{ .name = "record",
	  .help = N_("Show the record of an exam: what was typed, run and shown") },
	{ 0 }
};

const struct verb log_verb = {
	.name = "log",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Show what a machine printed on its console, or another log"),
	.help = N_("A terminal gets the text without escape sequences and other control "
		   "characters, because they come from the guest. A file or a pipe gets every "
		   "byte."),
	.options = log_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_log,
};

static const struct verb_option top_options[] = {
	OPTION_ALL,
	OPTION_DIRECTORY,
	{ .name = "once",
	  .help = N_("Print the table once, after one second") },
	{ 0 }
};

const struct verb top_verb = {
	.name = "top",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]...",
	.summary = N_("Show the processor time and memory that machines use"),
	.help = N_("Updates the table each second on a terminal, otherwise prints it once."),
	.options = top_options,
	.run = verb_top,
};
