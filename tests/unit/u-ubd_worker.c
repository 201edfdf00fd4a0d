// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-ubd_worker.c - test the disk driver's worker threads with a simulated host and store
 *
 * Tests drivers-ubd/worker/ubd_worker.c. The host calls below use pthreads and futexes. The
 * store keeps no data: it counts requests and fails as each case needs. `make check-unit` runs
 * this program on the host.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>

#include "tap.h"
#include "worker/ubd_worker.h"

#define OUT	(UBD_DISKS * UBD_DEPTH)

/* ---- the host ---------------------------------------------------------------- */

static sem_t notified;

struct start {
	int (*fn)(void *arg);
	void *arg;
};

static void *thread_main(void *data)
{
	struct start start = *(struct start *)data;

	free(data);
	start.fn(start.arg);
	return NULL;
}

int host_worker_start(int (*fn)(void *arg), void *arg)
{
	struct start *start = malloc(sizeof(*start));
	pthread_t thread;

	*start = (struct start){ fn, arg };
	return -pthread_create(&thread, NULL, thread_main, start);
}

void host_worker_wait(uint32_t *word, uint32_t seen)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == seen)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

void host_worker_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void host_worker_notify(void)
{
	sem_post(&notified);
}

/* ---- the store --------------------------------------------------------------- */

static int nr_syncs, nr_writes, sync_result;
static int hold_syncs;		/* a sync waits for `go` */
static sem_t in_sync, go;

static int store_write(struct ubd_store *store, struct ubd_io *io)
{
	(void)store;
	__atomic_add_fetch(&nr_writes, 1, __ATOMIC_RELAXED);
	/* The result identifies the request. */
	return io->offset % 3 ? 0 : -(int)(io->offset % 100) - 1;
}

static int store_range(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	(void)store, (void)offset, (void)size;
	return 0;
}

static int store_sync(struct ubd_store *store)
{
	(void)store;
	nr_syncs++;
	if (hold_syncs) {
		sem_post(&in_sync);
		sem_wait(&go);
	}
	return sync_result;
}

static const struct ubd_store_ops ops = {
	.read = store_write, .write = store_write,
	.zero = store_range, .discard = store_range, .sync = store_sync,
};

/* ---- the machine --------------------------------------------------------------- */

static struct ubd_io ios[OUT];

static void submit(struct ubd_io *io, struct ubd_store *store, enum ubd_op op, uint64_t offset,
		   bool durable)
{
	*io = (struct ubd_io){
		.store = store, .op = op, .offset = offset, .size = 512, .durable = durable,
		.error = 1,
	};
	ubd_worker_submit(io);
	ubd_worker_kick();
}

/* Wait until @nr more requests have completed. */
static void collect(int nr)
{
	while (nr > 0) {
		sem_wait(&notified);
		for (struct ubd_io *io = ubd_worker_collect(); io; io = io->next)
			nr--;
	}
}

static int result(struct ubd_store *store, enum ubd_op op, bool durable)
{
	submit(&ios[0], store, op, 1, durable);
	collect(1);
	return ios[0].error;
}

static void many(void)
{
	struct ubd_store store = { .ops = &ops };
	int wrong = 0, lost = 0;

	nr_writes = 0;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < OUT; i++) {
			ios[i] = (struct ubd_io){
				.store = &store, .op = i % 2 ? UBD_READ : UBD_WRITE, .offset = i,
				.error = 1,
			};
			ubd_worker_submit(&ios[i]);
			if (i % (round + 1) == 0)
				ubd_worker_kick();
		}
		ubd_worker_kick();
		collect(OUT);
		for (int i = 0; i < OUT; i++) {
			lost += ios[i].error == 1;
			wrong += ios[i].error != (i % 3 ? 0 : -(i % 100) - 1);
		}
	}
	is(nr_writes, 200 * OUT, "each of many requests is executed once");
	is(lost, 0, "all requests complete");
	is(wrong, 0, "each request gets its own result");
}

static void failed_sync(void)
{
	struct ubd_store store = { .ops = &ops }, other = { .ops = &ops };

	nr_syncs = 0;
	is(result(&store, UBD_FLUSH, false), 0, "a flush syncs");
	is(result(&store, UBD_WRITE, true), 0, "a durable write syncs");
	is(nr_syncs, 2, "a flush and a durable write sync once each");
	sync_result = -EIO;
	is(result(&store, UBD_FLUSH, false), -EIO, "a flush reports a failed sync");
	sync_result = 0;
	nr_syncs = 0;
	is(result(&store, UBD_FLUSH, false), -EIO,
	   "a later flush fails although the host would report success");
	is(result(&store, UBD_WRITE, true), -EIO, "a later durable write fails");
	is(result(&store, UBD_ZERO, true), -EIO, "a later durable zero fails");
	is(nr_syncs, 0, "these failures do not ask the host again");
	is(result(&store, UBD_WRITE, false), 0, "a write that is not durable still succeeds");
	is(result(&other, UBD_FLUSH, false), 0, "another disk is not affected");
}

/* Delays one sync; flushes that arrive meanwhile need another sync. */
static void together(int first_result, const char *what)
{
	struct ubd_store store = { .ops = &ops };
	int bad = 0;

	nr_syncs = 0;
	hold_syncs = 1;
	sync_result = first_result;
	submit(&ios[0], &store, UBD_FLUSH, 0, false);
	sem_wait(&in_sync);
	submit(&ios[1], &store, UBD_FLUSH, 0, false);
	submit(&ios[2], &store, UBD_FLUSH, 0, false);
	usleep(100000); /* time for the flushes to reach the lock */
	hold_syncs = 0;
	sem_post(&go);
	collect(3);
	for (int i = 0; i < 3; i++)
		bad += ios[i].error != first_result;
	is(bad, 0, what);
	if (first_result)
		is(nr_syncs, 1, "one failed sync fails all flushes that wait for it");
	else
		ok(nr_syncs >= 2, "a sync serves no flush that arrived while it ran (%d syncs)",
		   nr_syncs);
	sync_result = 0;
}

int main(void)
{
	sem_init(&notified, 0, 0), sem_init(&in_sync, 0, 0), sem_init(&go, 0, 0);
	is(ubd_worker_start(), 0, "the workers start");
	many();
	failed_sync();
	together(0, "simultaneous flushes succeed");
	together(-EIO, "flushes that run beside a failing one fail");
	return tap_done();
}
