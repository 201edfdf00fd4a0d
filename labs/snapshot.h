/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snapshot.h - named states of a machine's disk, as a tree
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "machine.h"

struct snapshot {
	char *name, *parent;	/* parent NULL: made from the pristine disk */
	long when;
	char *about;
	char *disk;
};

int snapshot_list(const struct machine *machine, struct snapshot **snapshots);
/* The snapshot that the disk grew out of, or NULL. */
const char *snapshot_current(const struct machine *machine);

#endif
