/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lease.h - take leases: files that name a disk's writer where locks do not reach other hosts
 *
 * layer.c takes and releases leases. The disk driver renews them on a host thread; umlab-disk info
 * prints and breaks them.
 */
#ifndef COW_LEASE_H
#define COW_LEASE_H

#include "io.h"
#include "text.h"

#define COW_LEASE_SUFFIX ".umlab-lease"

enum {
	COW_LEASE_BEAT = 30,		/* seconds between renewals */
	COW_LEASE_STALE = 150,		/* seconds without renewal after which a lease is void */
};

struct cow_lease;

/*
 * cow_lease_take - take the lease for the file @path, and set *@lease. -EAGAIN: another process
 * holds the lease, and @error names the holder.
 */
int cow_lease_take(const struct cow_io *io, const char *path, struct cow_lease **lease,
		   struct cow_error *error);
/*
 * cow_lease_beat - renew the lease. Must be called every COW_LEASE_BEAT seconds. -ESTALE: another
 * process has broken the lease.
 */
int cow_lease_beat(struct cow_lease *lease);
/*
 * cow_lease_release - remove the lease's file if it is still ours, and free @lease. NULL is
 * allowed.
 */
void cow_lease_release(struct cow_lease *lease);
/* cow_lease_break - remove the lease for @path, whoever holds it. -ENOENT: there is none. */
int cow_lease_break(const struct cow_io *io, const char *path);

/* cow_owner_text - write "process 12 on host x since 2026-01-01 10:00 UTC" to @text. */
void cow_owner_text(const struct cow_disk_owner *owner, char *text, size_t size);

#endif /* COW_LEASE_H */
