/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - the disk of a machine: an overlay over its image
 */
#ifndef DISK_H
#define DISK_H

#include "machine/machine.h"

/* Makes a pristine overlay over the base= of the machine. 0, or -errno with a reason. */
int disk_create(struct machine *machine, char **reason);
/* The value of the kernel's option ubd0=: relative to the machine's folder, where it runs. */
char *disk_argument(const struct machine *machine);
/* The path of the overlay. */
char *disk_path(const struct machine *machine);
/* Bytes that the overlay takes on the host. */
uint64_t disk_used(const struct machine *machine);

/* Copy the disk of a stopped machine to a file, and back. 0, or -errno with a reason. */
int disk_save(struct machine *machine, const char *file, char **reason);
int disk_restore(struct machine *machine, const char *file, char **reason);

/* Marks a disk that overlays use as their base, so that nobody writes to it again. */
int disk_seal(const char *path, char **reason);
/* Makes a disk without a base that has the same content as @from. */
int disk_flatten(const char *from, const char *to, char **reason);

#endif
