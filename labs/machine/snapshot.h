/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - named states of a machine's disk, as a tree
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "machine/machine.h"

struct snapshot {
	char *name, *parent;	/* parent NULL: made from the pristine disk */
	long when;
	char *about;
	char *disk;
};

char *snapshot_path(const struct machine *machine, const char *name, const char *ending);
int snapshot_list(const struct machine *machine, struct snapshot **snapshots);
/* The snapshot that the disk grew out of, or NULL. */
const char *snapshot_current(const struct machine *machine);
int snapshot_current_set(struct machine *machine, const char *name);

/*
 * Keep the disk as it is. The first for a machine that is stopped; the second freezes the
 * disk of one that runs, which notices nothing but a pause. 0, or -errno with *reason.
 */
int snapshot_save(struct machine *machine, const char *name, const char *about, char **reason);
int snapshot_save_live(struct machine *machine, const char *name, const char *about, char **reason);
/* The children of a snapshot become its parent's. */
int snapshot_delete(struct machine *machine, const char *name);

#endif
