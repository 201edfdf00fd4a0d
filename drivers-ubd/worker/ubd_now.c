// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_now.c - requests that the machine's own thread carries out at once
 *
 * Theory of operation
 *
 * A request that a worker carries out costs a wake-up there and an interrupt back: 30 to
 * 100 us where host threads sit on different processors. Copying 4 KB to or from the host's
 * page cache costs 1 to 6 us. So what is only such a copy is done here.
 *
 * Reads ask the host for what it has in memory (RWF_NOWAIT) and never wait.
 *
 * Writes cannot ask: of the common file systems only xfs and btrfs know such a write. They
 * go into the page cache, which takes them without waiting, unless the host has too many
 * written pages already and makes its writers sleep. That shows in the time it takes: a
 * write that took longer than SLOW_NS shuts this way for HOLD_OFF_MIN, and for twice as
 * long each time that the next attempt is slow again. Meanwhile workers do the waiting, as
 * they do for remote file systems from the start (cow_chain_write_now()). So a host in
 * trouble holds the machine up for one write every HOLD_OFF_MAX at worst.
 *
 * io_uring does not help: a buffered write on ext4 and NFS goes to a kernel thread there,
 * which is the same hand-over. Measured on ext4 of Linux 6.18 in the host's page cache, 4 KB,
 * system calls one after another against io_uring (bench-disk.sh, host_raw and host_uring):
 * writes 342 000 and 22 000 a second at depth 1, 364 000 and 214 000 at depth 32; reads
 * 932 000 and 644 000, 872 000 and 1 003 000. It would also have to be let through the
 * process's own seccomp filter, past which it carries out whatever it is asked to.
 */
#include "worker/ubd_worker.h"

#include <linux/errno.h>

#define MS		1000000ULL
#define SLOW_NS		(8 * MS)
#define HOLD_OFF_MIN	(200 * MS)
#define HOLD_OFF_MAX	(30000 * MS)

static void write_was_slow(struct ubd_store *store, uint64_t now)
{
	store->hold_off = store->hold_off ? 2 * store->hold_off : HOLD_OFF_MIN;
	if (store->hold_off > HOLD_OFF_MAX)
		store->hold_off = HOLD_OFF_MAX;
	store->slow_until = now + store->hold_off;
}

static bool write_now(struct ubd_store *store, struct ubd_io *io)
{
	uint64_t start = host_time_now(), end;

	if (start < store->slow_until)
		return false;
	io->error = store->ops->write_now(store, io);
	if (io->error == -EAGAIN) {
		io->error = 0;
		return false;
	}
	end = host_time_now();
	if (end - start > SLOW_NS)
		write_was_slow(store, end);
	else if (store->hold_off && start - store->slow_until > store->hold_off)
		store->hold_off = 0;
	return true;
}

bool ubd_now(struct ubd_io *io)
{
	struct ubd_store *store = io->store;

	switch (io->op) {
	case UBD_READ:
		return !store->ops->read_now(store, io);
	case UBD_WRITE:
		return !io->durable && write_now(store, io);
	default:
		return false;
	}
}
