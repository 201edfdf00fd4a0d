/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lease.h - a file beside a disk that names its writer, where locks do not reach other hosts
 *
 * Taken and released by layer.c. The driver renews leases from a kernel timer; umlab-disk info
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
 * cow_lease_take - take the lease for the file @path. -EAGAIN: someone else holds it, and @error
 * says who.
 */
int cow_lease_take(const struct cow_io *io, const char *path, struct cow_lease **lease,
		   struct cow_error *error);
/*
 * cow_lease_beat - renew the lease; to be called every COW_LEASE_BEAT seconds. -ESTALE: someone has
 * broken the lease.
 */
int cow_lease_beat(struct cow_lease *lease);
/* cow_lease_release - give the lease back and free it. NULL is allowed. */
void cow_lease_release(struct cow_lease *lease);
/* cow_lease_break - remove the lease for @path, whoever holds it. -ENOENT: there is none. */
int cow_lease_break(const struct cow_io *io, const char *path);

/* cow_owner_text - "process 12 on host x since 2026-01-01 10:00 UTC". */
void cow_owner_text(const struct cow_disk_owner *owner, char *text, size_t size);

#endif /* COW_LEASE_H */
