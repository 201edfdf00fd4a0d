/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - the disk of a machine: an overlay over its image
 *
 * The one place that knows umlab-disk; without that tool an overlay is a sparse copy.
 */
#ifndef DISK_H
#define DISK_H

#include "machine/machine.h"

/* Makes the pristine overlay of a machine whose conf names its base. 0, or -errno with a reason. */
int disk_create(struct machine *machine, char **reason);
/* What the kernel gets behind ubd0=. Relative to the machine's folder, where it runs. */
char *disk_argument(const struct machine *machine);
/* Its file, for tools. */
char *disk_path(const struct machine *machine);
/* Bytes that it takes on the host. */
uint64_t disk_used(const struct machine *machine);

/* The disk as it is, under the name of a snapshot, and back. The machine is stopped. */
int disk_save(struct machine *machine, const char *file, char **reason);
int disk_restore(struct machine *machine, const char *file, char **reason);

/* What others stand on must not change any more. */
int disk_seal(const char *path, char **reason);
/* A disk that stands on nothing, from one that does. */
int disk_flatten(const char *from, const char *to, char **reason);

#endif
