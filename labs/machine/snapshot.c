// SPDX-License-Identifier: GPL-2.0-only
/*
 * snapshot.c - named states of a machine's disk, as a tree
 *
 * A snapshot is MACHINE/snapshots/NAME.disk with NAME.conf beside it: parent, when, about.
 * machine.conf's "snapshot" names the one that the disk grew out of, so restoring an older
 * one and saving again makes a branch.
 *
 * A disk is copied while nothing writes to it: the machine is stopped, or (live) its file
 * system is frozen from inside, which writes everything out first. A watchdog in the guest
 * thaws it if we should not; a copy that outlasted the frost is thrown away.
 *
 * Called by verbs_snapshot.c and, for the snapshots that a check asks for, check_run.c.
 */
#include "machine/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine/disk.h"
#include "base/files.h"
#include "machine/session.h"
#include "base/tell.h"

enum { FROST = 60 };	/* seconds that a guest may stand */

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
		(*snapshots)[i] = (struct snapshot){ names.at[i], (char *)conf_get(&conf, "parent"), conf_get_int(&conf, "when", 0),
			(char *)conf_get(&conf, "about"), snapshot_path(machine, names.at[i], "disk") };
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

int snapshot_save_live(struct machine *machine, const char *name, const char *about, char **reason)
{
	char *output, *previous = snapshot_current(machine) ? txt_copy(snapshot_current(machine)) : NULL;
	int error, watchdog;

	/* What the command prints is the watchdog's number. */
	if (session_capture(machine, txt_printf("fsfreeze -f / && { (sleep %d; fsfreeze -u /) </dev/null >/dev/null 2>&1 & echo $!; }", FROST), 30, &output)) {
		*reason = txt_printf(_("the disk of %s cannot be frozen (fsfreeze of util-linux does it): %s"), machine->name, txt_trim(output));
		return -EIO;
	}
	watchdog = atoi(output);
	error = snapshot_save(machine, name, about, reason);
	if (session_capture(machine, txt_printf("kill %d; fsfreeze -u /", watchdog), 30, &output) && !error) {
		*reason = txt_printf(_("%s did not stand still until its disk was copied: %s"), machine->name, txt_trim(output));
		snapshot_delete(machine, name);
		snapshot_current_set(machine, previous);
		error = -EIO;
	}
	return error;
}

int snapshot_delete(struct machine *machine, const char *name)
{
	struct snapshot *snapshots;
	int nr = snapshot_list(machine, &snapshots), error = 0;
	const char *parent = NULL;

	for (int i = 0; i < nr; i++)
		if (!strcmp(snapshots[i].name, name))
			parent = snapshots[i].parent;
	/* Its children become its parent's. */
	for (int i = 0; i < nr; i++)
		if (snapshots[i].parent && !strcmp(snapshots[i].parent, name)) {
			struct conf conf;

			conf_read(&conf, snapshot_path(machine, snapshots[i].name, "conf"));
			conf_set(&conf, "parent", parent);
			conf_write(&conf, snapshot_path(machine, snapshots[i].name, "conf"));
		}
	if (snapshot_current(machine) && !strcmp(snapshot_current(machine), name))
		error = snapshot_current_set(machine, parent);
	unlink(snapshot_path(machine, name, "conf"));
	unlink(snapshot_path(machine, name, "disk"));
	rmdir(txt_printf("%s/snapshots", machine->dir));
	return error;
}
