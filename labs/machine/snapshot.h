/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - named states of a machine's disk, as a tree
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "machine/machine.h"

struct snapshot {
	char *name;
	char *parent;		/* the one it grew out of; NULL: the pristine disk */
	long when;		/* seconds since 1970 */
	char *about;		/* what the user wrote about it, or NULL */
	char *disk;		/* path */
};

/* The file with this ending: "disk" or "conf". */
char *snapshot_path(const struct machine *machine, const char *name, const char *ending);
/* All of them, sorted by name. Returns their number. */
int snapshot_list(const struct machine *machine, struct snapshot **snapshots);
/* The snapshot that the disk grew out of, or NULL. */
const char *snapshot_current(const struct machine *machine);
int snapshot_current_set(struct machine *machine, const char *name);

/*
 * Keep the disk as it is. snapshot_save() is for a machine that has stopped.
 * snapshot_save_live() freezes the file system of a running one, whose programs only notice
 * a pause. 0, or -errno with a reason.
 */
int snapshot_save(struct machine *machine, const char *name, const char *about, char **reason);
int snapshot_save_live(struct machine *machine, const char *name, const char *about,
		       char **reason);
/* Its children become children of its parent. 0 or -errno. */
int snapshot_delete(struct machine *machine, const char *name);

#endif
