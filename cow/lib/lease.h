/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lease.h - a file beside a disk that says who writes to it, where locks do not reach
 */
#ifndef COW_LEASE_H
#define COW_LEASE_H

#include "io.h"
#include "text.h"

#define COW_LEASE_SUFFIX ".umlab-lease"

enum {
	COW_LEASE_BEAT = 30,		/* seconds between two signs of life */
	COW_LEASE_STALE = 150,		/* without one for so long: its holder is gone */
};

struct cow_lease;

/* cow_lease_take - for the file @path. -EAGAIN: another has it, @error says who. */
int cow_lease_take(const struct cow_io *io, const char *path, struct cow_lease **lease, struct cow_error *error);
/* cow_lease_beat - a sign of life, every COW_LEASE_BEAT seconds. -ESTALE: somebody broke the lease. */
int cow_lease_beat(struct cow_lease *lease);
void cow_lease_release(struct cow_lease *lease);
/* cow_lease_break - whoever had it. -ENOENT: nobody. */
int cow_lease_break(const struct cow_io *io, const char *path);

/* cow_owner_text - "process 12 on host x since 2026-01-01 10:00 UTC". */
void cow_owner_text(const struct cow_disk_owner *owner, char *text, size_t size);

#endif /* COW_LEASE_H */
