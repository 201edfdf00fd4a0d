/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - manage a machine's disk, an overlay over its image
 */
#ifndef DISK_H
#define DISK_H

#include "machine/machine.h"

/* Makes an empty overlay over the machine's base=. 0, or -errno with a reason. */
int disk_create(struct machine *machine, char **reason);
/* Returns the value of the kernel's option ubd0=, a path relative to the machine's folder. */
char *disk_argument(const struct machine *machine);
/* Returns the path of the overlay. */
char *disk_path(const struct machine *machine);
/* Returns how many bytes the overlay takes on the host. */
uint64_t disk_used(const struct machine *machine);

/* Copies the disk of a stopped machine to @file. 0, or -errno with a reason. */
int disk_save(struct machine *machine, const char *file, char **reason);
/* Replaces the disk of a stopped machine with a copy of @file. 0, or -errno with a reason. */
int disk_restore(struct machine *machine, const char *file, char **reason);

/* Marks a disk as the base of overlays, so that it is not written to again. 0 or -errno. */
int disk_seal(const char *path, char **reason);
/* Makes the disk @to, which has the content of @from but no base. 0 or -errno. */
int disk_flatten(const char *from, const char *to, char **reason);

#endif
