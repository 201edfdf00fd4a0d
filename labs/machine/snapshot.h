/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - save, list and delete named states of a machine's disk
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "machine/machine.h"

struct snapshot {
	char *name;
	char *parent;		/* the snapshot that this one is based on; NULL: a new disk */
	long when;		/* seconds since 1970 */
	char *about;		/* the user's description, or NULL */
	char *disk;		/* path */
};

/* Returns the path of a snapshot's file. @ending: "disk" or "conf". */
char *snapshot_path(const struct machine *machine, const char *name, const char *ending);
/* Lists the machine's snapshots, sorted by name, and returns their number. */
int snapshot_list(const struct machine *machine, struct snapshot **snapshots);
/* Returns the name of the snapshot that the disk is based on, or NULL. */
const char *snapshot_current(const struct machine *machine);
int snapshot_current_set(struct machine *machine, const char *name);

/*
 * Save the current state of the disk. snapshot_save() is for a machine that has stopped.
 * snapshot_save_live() freezes the file system of a running machine, whose programs only notice a
 * pause. 0, or -errno with a reason.
 */
int snapshot_save(struct machine *machine, const char *name, const char *about, char **reason);
int snapshot_save_live(struct machine *machine, const char *name, const char *about,
		       char **reason);
/* Deletes a snapshot, and makes its children children of its parent. 0 or -errno. */
int snapshot_delete(struct machine *machine, const char *name);

#endif
