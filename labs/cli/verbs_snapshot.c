// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_snapshot.c - umlab snapshot ..., export and import: save and restore machines
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. machine/snapshot.c
 * stores the snapshots. If necessary, this file stops the machine first and starts it afterwards.
 */
#include "cli/verbs_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/name.h"
#include "base/spawn.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "image/image.h"
#include "machine/disk.h"
#include "machine/machine_end.h"
#include "machine/machine_import.h"
#include "machine/machine_start.h"
#include "machine/machine_wait.h"
#include "machine/snapshot.h"

/* Finds the machine that the first word names. */
static void find(const struct verb_args *args, struct machine *machine)
{
	find_machine(machine, args->words.at[0], verb_value(args, "directory"));
}

/*
 * Returns the snapshot's name, the second word. Ends the command if the name is invalid, or if the
 * snapshot must exist and does not.
 */
static const char *name_of(const struct verb_args *args, const struct machine *machine,
			   bool must_exist)
{
	struct snapshot *snapshots;
	struct words names = { 0 };
	const char *name = args->words.at[1], *nearest;
	int nr;

	if (!name_valid(name))
		die_usage(args,
			  _("'%s' is not a valid snapshot name; use up to %d of A-Z a-z 0-9 _ . -"),
			  name, NAME_LENGTH_MAX);
	if (!must_exist || file_exists(snapshot_path(machine, name, "conf")))
		return name;
	nr = snapshot_list(machine, &snapshots);
	for (int i = 0; i < nr; i++)
		words_add(&names, snapshots[i].name);
	nearest = words_nearest(&names, name);
	if (nearest)
		die(STATUS_ABSENT, _("%s: no snapshot %s; did you mean %s?"), machine->name, name,
		    nearest);
	die(STATUS_ABSENT, _("%s: no snapshot %s; 'umlab snapshot list %s' shows them"),
	    machine->name, name, machine->id);
}

/* Stops the machine, cleanly if @orderly. True: the machine ran and must be started again. */
static bool pause_machine(struct machine *machine, bool orderly)
{
	if (!machine_runs(machine))
		return false;
	if (!orderly || machine_stop(machine) || !machine_wait(machine, machine_has_stopped, 60))
		if (machine_kill(machine))
			die(STATUS_FAILED, _("%s: cannot be stopped"), machine->name);
	return true;
}

static enum status resume_machine(struct machine *machine, bool ran)
{
	char *reason = NULL;

	if (!ran)
		return STATUS_OK;
	if (machine_start(machine, &reason) >= 0 &&
	    machine_wait(machine, machine_has_started, 120) && machine_runs(machine))
		return STATUS_OK;
	tell_error(_("%s: cannot start again: %s"), machine->name,
		   reason ? reason : _("it ended or did not become ready"));
	return STATUS_FAILED;
}

static enum status verb_snapshot_save(const struct verb_args *args)
{
	const char *name, *about = verb_value(args, "message");
	struct machine machine;
	char *reason;
	bool ran;

	find(args, &machine);
	name = name_of(args, &machine, false);
	if (file_exists(snapshot_path(&machine, name, "conf")))
		die(STATUS_FAILED,
		    _("%s: snapshot %s already exists; 'umlab snapshot delete' removes it"),
		    machine.name, name);
	if (verb_flag(args, "live") && machine_runs(&machine)) {
		if (snapshot_save_live(&machine, name, about, &reason))
			die(STATUS_FAILED, "%s", reason);
		return STATUS_OK;
	}
	ran = pause_machine(&machine, true);
	if (snapshot_save(&machine, name, about, &reason)) {
		tell_error("%s", reason);
		resume_machine(&machine, ran);
		return STATUS_FAILED;
	}
	return resume_machine(&machine, ran);
}

static enum status restore(struct machine *machine, const char *name)
{
	char *reason;
	bool ran = pause_machine(machine, false);

	if (disk_restore(machine, snapshot_path(machine, name, "disk"), &reason))
		die(STATUS_FAILED, "%s", reason);
	if (snapshot_current_set(machine, name))
		die(STATUS_FAILED, _("%s: cannot write in this folder"), machine->dir);
	return resume_machine(machine, ran);
}

static enum status verb_snapshot_restore(const struct verb_args *args)
{
	struct machine machine;

	find(args, &machine);
	return restore(&machine, name_of(args, &machine, true));
}

static enum status verb_snapshot_delete(const struct verb_args *args)
{
	struct machine machine;

	find(args, &machine);
	if (snapshot_delete(&machine, name_of(args, &machine, true)))
		die(STATUS_FAILED, _("%s: cannot write in this folder"), machine.dir);
	return STATUS_OK;
}

static enum status verb_snapshot_pop(const struct verb_args *args)
{
	struct machine machine;
	const char *name;
	enum status status;

	find(args, &machine);
	name = snapshot_current(&machine);
	if (!name)
		die(STATUS_ABSENT, _("%s: there is no snapshot"), machine.name);
	name = txt_copy(name);
	status = restore(&machine, name);
	if (!status && verb_flag(args, "delete") && snapshot_delete(&machine, name))
		die(STATUS_FAILED, _("%s: cannot write in this folder"), machine.dir);
	return status;
}

/* Prints the snapshots whose parent is @parent (NULL: none), each with its children below. */
static void print_tree(const struct machine *machine, const struct snapshot *snapshots, int nr,
		       const char *parent, int depth)
{
	const char *current = snapshot_current(machine);

	for (int i = 0; i < nr; i++) {
		const struct snapshot *one = &snapshots[i];
		char when[32] = "";
		bool is_child = parent ? one->parent && !strcmp(one->parent, parent) : !one->parent;

		if (!is_child)
			continue;
		strftime(when, sizeof(when), "%F %H:%M", localtime(&(time_t){ one->when }));
		clean_printf(stdout, "%*s%s%s  %s  %s%s%s\n", 2 * depth, "", one->name,
			     current && !strcmp(current, one->name) ? " *" : "", when,
			     txt_size(file_allocated(one->disk)), one->about ? "  " : "",
			     one->about ? one->about : "");
		print_tree(machine, snapshots, nr, one->name, depth + 1);
	}
}

static enum status verb_snapshot_list(const struct verb_args *args)
{
	struct machine machine;
	struct snapshot *snapshots;
	int nr;

	find(args, &machine);
	nr = snapshot_list(&machine, &snapshots);
	if (verb_flag(args, "names"))
		for (int i = 0; i < nr; i++)
			clean_printf(stdout, "%s\n", snapshots[i].name);
	else
		print_tree(&machine, snapshots, nr, NULL, 0);
	return STATUS_OK;
}

/* ---- export, import ----------------------------------------------------------------- */

static enum status verb_export(const struct verb_args *args)
{
	struct machine machine;
	char *part;

	find_machine(&machine, args->words.at[0], NULL);
	if (machine_runs(&machine))
		die(STATUS_FAILED, _("%s: running; stop it first"), machine.name);
	if (file_exists(args->words.at[1]) && !verb_flag(args, "force"))
		die(STATUS_FAILED, _("%s: already exists; --force replaces it"), args->words.at[1]);
	part = txt_printf("%s.part-%d", args->words.at[1], getpid());
	/* machine_import.c reads this format. */
	const char *command[] = { "tar", "-C", machine.dir, "--format=gnu", "--sparse", "--zstd",
				  "--exclude=lock", "--exclude=keeper.lock", "--exclude=*.log",
				  "-cf", part, ".", NULL };

	if (spawn_here(command) || rename(part, args->words.at[1])) {
		unlink(part);
		die(STATUS_FAILED, _("%s: cannot write; are tar and zstd installed?"),
		    args->words.at[1]);
	}
	return STATUS_OK;
}

static enum status verb_import(const struct verb_args *args)
{
	struct machine machine;
	struct image image;
	struct words dropped = { 0 };
	const char *name;
	char *reason;

	name = args->words.at[1];
	if (!name_valid(name))
		die_usage(args, _("'%s' is not a valid machine name"), name);
	machine_describe(&machine, name);
	if (file_exists(machine.dir))
		die(STATUS_FAILED, _("%s: the machine already exists"), name);
	if (!file_exists(args->words.at[0]))
		die(STATUS_ABSENT, _("%s: no such file"), args->words.at[0]);
	if (machine_import(&machine, args->words.at[0], &dropped, &reason))
		die(STATUS_FAILED, "%s", reason);
	for (int i = 0; i < dropped.nr; i++)
		tell_warning(_("setting not imported: %s"), dropped.at[i]);
	/* The image may have another path on this host, so find it by name. */
	if (!image_find(conf_get(&machine.conf, "image") ? : "", &image, &reason))
		conf_set(&machine.conf, "base", image.path);
	else if (txt_ends(disk_path(&machine), ".cow"))
		tell_warning("%s", reason);
	return machine_save(&machine) ? STATUS_FAILED : STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option export_options[] = {
	OPTION_FORCE(N_("Replace an existing file")),
	{ 0 }
};

const struct verb export_verb = {
	.name = "export",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE FILE",
	.summary = N_("Write a stopped machine to one file"),
	.help = N_("The file holds the settings, the disk and the snapshots, but not the image."),
	.options = export_options,
	.words = "machine file",
	.min_words = 2,
	.max_words = 2,
	.run = verb_export,
};

const struct verb import_verb = {
	.name = "import",
	.group = GROUP_MACHINES,
	.usage = "FILE NAME",
	.summary = N_("Create a machine from a file written by export"),
	.help = N_("The file may come from anybody. Settings that name files of the host, kernel "
		   "options and networks other than a plain uplink are not imported; each is shown "
		   "in a warning."),
	.words = "file",
	.min_words = 2,
	.max_words = 2,
	.run = verb_import,
};

static const struct verb_option snapshot_save_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'm', .name = "message", .value = "TEXT",
	  .help = N_("Describe the snapshot") },
	{ .name = "live",
	  .help = N_("Do not stop a running machine; freeze its disk instead") },
	{ 0 }
};

const struct verb snapshot_save_verb = {
	.name = "snapshot save",
	.group = GROUP_SNAPSHOTS,
	.usage = "[OPTION]... MACHINE NAME",
	.summary = N_("Save the state of a machine's disk under a name"),
	.help = N_("A running machine is stopped and started again, except with --live."),
	.options = snapshot_save_options,
	.words = "machine",
	.min_words = 2,
	.max_words = 2,
	.run = verb_snapshot_save,
};

static const struct verb_option snapshot_list_options[] = {
	OPTION_DIRECTORY,
	OPTION_NAMES,
	{ 0 }
};

const struct verb snapshot_list_verb = {
	.name = "snapshot list",
	.group = GROUP_SNAPSHOTS,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Show the snapshots of a machine as a tree"),
	.help = N_("A * marks the snapshot on which the current disk is based."),
	.options = snapshot_list_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_snapshot_list,
};

static const struct verb_option snapshot_restore_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb snapshot_restore_verb = {
	.name = "snapshot restore",
	.group = GROUP_SNAPSHOTS,
	.usage = "[OPTION]... MACHINE NAME",
	.summary = N_("Restore the disk from a snapshot"),
	.help = N_("Discards what was written since. The snapshot is kept."),
	.options = snapshot_restore_options,
	.words = "machine snapshot",
	.min_words = 2,
	.max_words = 2,
	.run = verb_snapshot_restore,
};

static const struct verb_option snapshot_pop_options[] = {
	OPTION_DIRECTORY,
	{ .name = "delete",
	  .help = N_("Delete the snapshot afterwards") },
	{ 0 }
};

const struct verb snapshot_pop_verb = {
	.name = "snapshot pop",
	.group = GROUP_SNAPSHOTS,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Restore the disk from the last snapshot"),
	.help = N_("Discards what was written since."),
	.options = snapshot_pop_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_snapshot_pop,
};

static const struct verb_option snapshot_delete_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb snapshot_delete_verb = {
	.name = "snapshot delete",
	.group = GROUP_SNAPSHOTS,
	.usage = "[OPTION]... MACHINE NAME",
	.summary = N_("Delete a snapshot"),
	.help = N_("The current disk and later snapshots keep their content."),
	.options = snapshot_delete_options,
	.words = "machine snapshot",
	.min_words = 2,
	.max_words = 2,
	.run = verb_snapshot_delete,
};
