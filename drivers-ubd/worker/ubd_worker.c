// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_worker.c - carry out disk requests on host threads
 *
 * kernel/ubd.c submits and collects requests on the machine's thread; the workers call the
 * operations of the request's store (ubd_chain.c) or run a job (ubd_job.c).
 *
 * Theory of operation
 *
 * The machine has one thread, and a host call that waits for a disk stops the whole machine. So a
 * few host threads do the waiting. These threads are not kernel tasks: they have no `current` and
 * take no kernel lock. The threads make only host_* calls marked "any thread", and touch only
 * struct ubd_io, struct ubd_store and the variables below. The kernel's atomics are not atomic
 * between threads, because the kernel is built for one processor: this file uses __atomic_*.
 *
 * Requests: a ring with one writer (the machine's thread) and all workers as readers.
 *   ring.posted counts the requests put in, ring.taken those taken out. A reader takes a slot
 *   by advancing `taken` with compare-and-swap. The ring has a slot for every request that can be
 *   outstanding. So the ring is never full, and no slot is overwritten before it has been taken.
 * Results: a stack onto which workers push, and which the machine takes as a whole. So no
 *   entry can leave and come back between load and compare-and-swap (the ABA problem). The
 *   worker that pushes onto an empty stack raises the host event; the next workers need not.
 *
 * Sleep and wake. A wake-up costs more than most requests, so no worker is woken while another one
 * has been woken and has not looked at the ring yet:
 *   - A worker that finds the ring empty sets its bit in `idle`, looks again, then sleeps.
 *   - A waker clears a bit of `idle` and wakes that worker, which becomes the scout. While
 *     there is a scout nobody else is woken, because the scout is going to look at the ring.
 *   - The scout takes a request, gives up the role and wakes the next worker if requests
 *     remain. So only as many workers wake up as there are requests.
 *   No request is overlooked: a thread that clears `scout` then looks at the ring and at `idle`,
 *   and a worker that sets its bit in `idle` then looks at the ring. All these accesses are
 *   sequentially consistent.
 *
 * Sync. The host reports lost data once, to one fdatasync, and then regards the pages as clean. So
 * after one failed sync all later syncs of the store fail too, until the disk is opened again.
 * -ENOSPC and -EDQUOT are exceptions: a layer reports that there is no space for its map before
 * anything is lost, and the next sync may succeed. Syncs of a store run one at a time, so that no
 * second sync succeeds while the first one gets the error. A thread that had to wait for the lock
 * need not sync if, since it arrived, another thread's sync has both begun and ended.
 */
#include "worker/ubd_worker.h"

#include <linux/errno.h>

enum {
	UBD_WORKERS = 4,		/* two remain besides a flush and a slow read */
	UBD_RING_SIZE = 2 * UBD_DISKS * UBD_DEPTH,
};
_Static_assert((UBD_RING_SIZE & (UBD_RING_SIZE - 1)) == 0,
	       "the counters wrap around at a multiple of the size");

struct ubd_worker {
	uint32_t wake;			/* counts wake-ups; the worker sleeps on it */
	uint32_t bit;			/* of this worker in `idle` */
};

static struct {
	uint32_t posted __attribute__((aligned(64)));
	uint32_t taken __attribute__((aligned(64)));
	struct ubd_io *slots[UBD_RING_SIZE];
} ring;

static struct ubd_worker workers[UBD_WORKERS];
static uint32_t idle __attribute__((aligned(64)));
static uint32_t scout;
static struct ubd_io *finished __attribute__((aligned(64)));

/* ---- either side --------------------------------------------------------- */

static bool ring_empty(void)
{
	return __atomic_load_n(&ring.taken, __ATOMIC_SEQ_CST) ==
	       __atomic_load_n(&ring.posted, __ATOMIC_SEQ_CST);
}

/* Take one worker out of `idle`. NULL: all workers are busy. */
static struct ubd_worker *idle_claim(void)
{
	uint32_t seen = __atomic_load_n(&idle, __ATOMIC_SEQ_CST);

	while (seen) {
		if (__atomic_compare_exchange_n(&idle, &seen, seen & (seen - 1), false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return &workers[__builtin_ctz(seen)];
	}
	return NULL;
}

/* If requests wait and a worker sleeps, make sure that a worker looks at the ring. */
static void wake_scout(void)
{
	struct ubd_worker *worker;

	while (__atomic_load_n(&idle, __ATOMIC_SEQ_CST) && !ring_empty()) {
		if (__atomic_exchange_n(&scout, 1, __ATOMIC_SEQ_CST))
			return;
		worker = idle_claim();
		if (worker) {
			__atomic_add_fetch(&worker->wake, 1, __ATOMIC_SEQ_CST);
			host_worker_wake(&worker->wake);
			return;
		}
		__atomic_store_n(&scout, 0, __ATOMIC_SEQ_CST);
	}
}

/* ---- the machine's side -------------------------------------------------- */

void ubd_worker_submit(struct ubd_io *io)
{
	uint32_t posted = ring.posted;

	__atomic_store_n(&ring.slots[posted % UBD_RING_SIZE], io, __ATOMIC_RELAXED);
	__atomic_store_n(&ring.posted, posted + 1, __ATOMIC_SEQ_CST);
}

void ubd_worker_kick(void)
{
	wake_scout();
}

struct ubd_io *ubd_worker_collect(void)
{
	struct ubd_io *io = __atomic_exchange_n(&finished, NULL, __ATOMIC_ACQUIRE);
	struct ubd_io *list = NULL;

	/* The stack has the last request on top: reverse the list. */
	while (io) {
		struct ubd_io *next = io->next;

		io->next = list;
		list = io;
		io = next;
	}
	return list;
}

/* ---- the workers' side --------------------------------------------------- */

static struct ubd_io *ring_take(void)
{
	uint32_t taken = __atomic_load_n(&ring.taken, __ATOMIC_SEQ_CST);
	struct ubd_io *io;

	do {
		if (taken == __atomic_load_n(&ring.posted, __ATOMIC_SEQ_CST))
			return NULL;
		io = __atomic_load_n(&ring.slots[taken % UBD_RING_SIZE], __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&ring.taken, &taken, taken + 1, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return io;
}

static void finish(struct ubd_io *io)
{
	struct ubd_io *head = __atomic_load_n(&finished, __ATOMIC_RELAXED);

	do
		io->next = head;
	while (!__atomic_compare_exchange_n(&finished, &head, io, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	/* @io belongs to the machine from here on. */
	if (!head)
		host_worker_notify();
}

static int store_sync(struct ubd_store *store)
{
	uint32_t begun = __atomic_load_n(&store->sync_begun, __ATOMIC_SEQ_CST);
	bool lost;
	int error;

	while (__atomic_exchange_n(&store->sync_lock, 1, __ATOMIC_ACQUIRE))
		host_worker_wait(&store->sync_lock, 1);

	/* A sync that began and ended since this call began has done the work of this call. */
	lost = store->sync_error && store->sync_error != -ENOSPC && store->sync_error != -EDQUOT;
	if (!lost && store->sync_begun == begun) {
		__atomic_add_fetch(&store->sync_begun, 1, __ATOMIC_SEQ_CST);
		store->sync_error = store->ops->sync(store);
	}
	error = store->sync_error;

	__atomic_store_n(&store->sync_lock, 0, __ATOMIC_RELEASE);
	host_worker_wake(&store->sync_lock);
	return error;
}

static int carry_out(struct ubd_io *io)
{
	struct ubd_store *store = io->store;
	int error;

	switch (io->op) {
	case UBD_READ:
		return store->ops->read(store, io);
	case UBD_FLUSH:
		return store_sync(store);
	case UBD_CALL:
		return io->call(io->arg);
	case UBD_DISCARD:
		return store->ops->discard(store, io->offset, io->size);
	case UBD_WRITE:
		error = store->ops->write(store, io);
		break;
	case UBD_ZERO:
		error = store->ops->zero(store, io->offset, io->size);
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (!error && io->durable)
		error = store_sync(store);
	return error;
}

static int worker_run(void *arg)
{
	struct ubd_worker *me = arg;
	bool scouting = false;

	for (;;) {
		struct ubd_io *io = ring_take();
		uint32_t seen;

		if (scouting) {
			scouting = false;
			__atomic_store_n(&scout, 0, __ATOMIC_SEQ_CST);
			wake_scout();
		}
		if (io) {
			io->error = carry_out(io);
			finish(io);
			continue;
		}
		seen = __atomic_load_n(&me->wake, __ATOMIC_SEQ_CST);
		__atomic_or_fetch(&idle, me->bit, __ATOMIC_SEQ_CST);
		if (ring_empty())
			host_worker_wait(&me->wake, seen);
		/* If a waker has cleared the bit, this worker is now the scout. */
		scouting = !(__atomic_fetch_and(&idle, ~me->bit, __ATOMIC_SEQ_CST) & me->bit);
	}
	return 0;
}

int ubd_worker_start(void)
{
	static unsigned int nr_started;
	int error = 0;

	while (nr_started < UBD_WORKERS && error >= 0) {
		workers[nr_started].bit = 1U << nr_started;
		error = host_worker_start(worker_run, &workers[nr_started]);
		if (error >= 0)
			nr_started++;
	}
	/* One worker is enough, although slower. */
	return nr_started ? 0 : error;
}
