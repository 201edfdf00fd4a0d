// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_now.c - carry out requests at once, on the machine's own thread
 *
 * ubd.c calls ubd_now() before it gives a request to the worker threads, except for large requests
 * while other tasks are runnable. The file is kernel code, but needs no kernel header, so that
 * tests/unit/u-ubd_now.c can compile it.
 *
 * Theory of operation
 *
 * If a worker carries out a request, its wake-up and the interrupt at the end cost 30 to 100 us
 * where host threads run on different processors. Copying 4 KB to or from the host's page cache
 * costs 1 to 6 us. So requests that are only such a copy are carried out here.
 *
 * Reads use RWF_NOWAIT: the host returns only data from its page cache, so reads never wait.
 *
 * Writes cannot do the same: of the common file systems only xfs and btrfs support RWF_NOWAIT for
 * writes. A write goes into the page cache without waiting, unless the host has too many dirty
 * pages and throttles its writers. A throttled write takes a long time. After a write that took
 * longer than SLOW_NS, workers do the writing for HOLD_OFF_MIN. Each time that the next attempt is
 * slow again, this time doubles, up to HOLD_OFF_MAX. Thus at worst an overloaded host delays the
 * machine by one write every HOLD_OFF_MAX. On remote file systems workers write from the start
 * (cow_chain_write_now()).
 *
 * io_uring does not help: on ext4 and NFS the host gives a buffered write to a kernel thread,
 * which is the same hand-over. bench-disk.sh measured 4 KB transfers per second in the host's page
 * cache, on ext4 of Linux 6.18. The rows are one system call after another (host_raw) and io_uring
 * (host_uring):
 *
 *                      writes, depth 1   writes, depth 32   reads, depth 1   reads, depth 32
 *   system calls           342 000           364 000            932 000           872 000
 *   io_uring                22 000           214 000            644 000         1 003 000
 *
 * io_uring would also open a hole in the seccomp filter of the kernel process: the filter does not
 * see what a ring is asked to do.
 */
#include "kernel/ubd_now.h"

#include <linux/errno.h>

static const uint64_t SLOW_NS = 8000000;		/* 8 ms */
static const uint64_t HOLD_OFF_MIN = 200000000;		/* 200 ms */
static const uint64_t HOLD_OFF_MAX = 30000000000;	/* 30 s */

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
