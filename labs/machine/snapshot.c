// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot.c - save, list and delete named states of a machine's disk
 *
 * Called by verbs_snapshot.c, and by check_run.c for the snapshots that a check asks for.
 * A snapshot is a pair of files, MACHINE/snapshots/NAME.disk and NAME.conf (parent, when, about).
 * `snapshot` in machine.conf names the snapshot that the disk is based on. So snapshots form a
 * tree: restoring an older snapshot and saving again makes a branch.
 *
 * A disk is copied only while nothing writes to it: the machine has stopped, or a command in the
 * guest has frozen the file system, which first writes all data to the disk. If the command dies
 * during the copy, a watchdog in the guest thaws the file system. A copy that took longer than the
 * watchdog waits may be inconsistent and is deleted.
 */
#include "machine/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "machine/disk.h"
#include "machine/session.h"

enum {
	FROST_SECONDS = 60,	/* until the watchdog thaws the file system */
	COMMAND_SECONDS = 30,
};

char *snapshot_path(const struct machine *machine, const char *name, const char *ending)
{
	return txt_printf("%s/snapshots/%s.%s", machine->dir, name, ending);
}

int snapshot_list(const struct machine *machine, struct snapshot **snapshots)
{
	DIR *dir = opendir(txt_printf("%s/snapshots", machine->dir));
	struct words names = { 0 };
	struct dirent *entry;

	*snapshots = NULL;
	while (dir && (entry = readdir(dir)))
		if (txt_ends(entry->d_name, ".conf"))
			words_add(&names, txt_copy_part(entry->d_name, strlen(entry->d_name) - 5));
	if (dir)
		closedir(dir);
	words_sort(&names);
	for (int i = 0; i < names.nr; i++) {
		struct conf conf;

		conf_read(&conf, snapshot_path(machine, names.at[i], "conf"));
		*snapshots = txt_grow(*snapshots, i, sizeof(**snapshots));
		(*snapshots)[i] = (struct snapshot){
			.name = names.at[i],
			.parent = (char *)conf_get(&conf, "parent"),
			.when = conf_get_int(&conf, "when", 0),
			.about = (char *)conf_get(&conf, "about"),
			.disk = snapshot_path(machine, names.at[i], "disk"),
		};
	}
	return names.nr;
}

const char *snapshot_current(const struct machine *machine)
{
	return conf_get(&machine->conf, "snapshot");
}

int snapshot_current_set(struct machine *machine, const char *name)
{
	conf_set(&machine->conf, "snapshot", name);
	return machine_save(machine);
}

int snapshot_save(struct machine *machine, const char *name, const char *about, char **reason)
{
	struct conf conf = { 0 };
	int error;

	dir_make(txt_printf("%s/snapshots", machine->dir), 0700);
	if (!file_exists(disk_path(machine))) {
		error = disk_create(machine, reason);
		if (error)
			return error;
	}
	error = disk_save(machine, snapshot_path(machine, name, "disk"), reason);
	if (error)
		return error;
	if (snapshot_current(machine))
		conf_add(&conf, "parent", snapshot_current(machine));
	conf_setf(&conf, "when", "%ld", (long)time(NULL));
	if (about)
		conf_add(&conf, "about", about);
	error = conf_write(&conf, snapshot_path(machine, name, "conf"));
	if (!error)
		error = snapshot_current_set(machine, name);
	if (error) {
		*reason = txt_printf(_("cannot write %s"), snapshot_path(machine, name, "conf"));
		unlink(snapshot_path(machine, name, "conf"));
		unlink(snapshot_path(machine, name, "disk"));
	}
	return error;
}

/* Freezes the guest's file system and starts the watchdog there. */
static int guest_freeze(const struct machine *machine, long *watchdog, char **reason)
{
	char *command = txt_printf("fsfreeze -f / && "
				   "{ (sleep %d; fsfreeze -u /) </dev/null >/dev/null 2>&1 & "
				   "echo $!; }",
				   FROST_SECONDS), *output;

	if (session_capture(machine, command, COMMAND_SECONDS, &output)) {
		*reason = txt_printf(_("%s: cannot freeze the file system "
				       "(fsfreeze of util-linux is needed): %s"),
				     machine->name, txt_trim(output));
		return -EIO;
	}
	*watchdog = atol(output);
	return 0;
}

/* Ends the watchdog and thaws the file system. True: the file system was frozen until now. */
static bool guest_thaw(const struct machine *machine, long watchdog, char **output)
{
	char *command = txt_printf("kill %ld; fsfreeze -u /", watchdog);

	return !session_capture(machine, command, COMMAND_SECONDS, output);
}

int snapshot_save_live(struct machine *machine, const char *name, const char *about, char **reason)
{
	const char *current = snapshot_current(machine);
	char *output, *previous = current ? txt_copy(current) : NULL;
	long watchdog;
	int error = guest_freeze(machine, &watchdog, reason);

	if (error)
		return error;
	error = snapshot_save(machine, name, about, reason);
	if (!guest_thaw(machine, watchdog, &output) && !error) {
		*reason = txt_printf(_("%s: the copy of the disk took longer than %d s, so it may "
				       "be torn: %s"), machine->name, FROST_SECONDS,
				     txt_trim(output));
		snapshot_delete(machine, name);
		snapshot_current_set(machine, previous);
		error = -EIO;
	}
	return error;
}

static void parent_set(const struct machine *machine, const char *name, const char *parent)
{
	char *path = snapshot_path(machine, name, "conf");
	struct conf conf;

	conf_read(&conf, path);
	conf_set(&conf, "parent", parent);
	conf_write(&conf, path);
	free(path);
}

int snapshot_delete(struct machine *machine, const char *name)
{
	struct snapshot *snapshots;
	int nr = snapshot_list(machine, &snapshots), error = 0;
	const char *parent = NULL;

	for (int i = 0; i < nr; i++)
		if (!strcmp(snapshots[i].name, name))
			parent = snapshots[i].parent;
	for (int i = 0; i < nr; i++)
		if (snapshots[i].parent && !strcmp(snapshots[i].parent, name))
			parent_set(machine, snapshots[i].name, parent);
	if (snapshot_current(machine) && !strcmp(snapshot_current(machine), name))
		error = snapshot_current_set(machine, parent);
	unlink(snapshot_path(machine, name, "conf"));
	unlink(snapshot_path(machine, name, "disk"));
	rmdir(txt_printf("%s/snapshots", machine->dir));
	return error;
}
