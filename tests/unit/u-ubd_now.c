// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-ubd_now.c - test which disk requests the machine's own thread executes at once
 *
 * Tests drivers-ubd/kernel/ubd_now.c with a clock and a store that the test controls.
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"
#include "kernel/ubd_now.h"

#define MS	1000000ULL

static uint64_t clock_now, write_takes;
static int result, nr_writes, nr_reads;

uint64_t host_time_now(void)
{
	return clock_now;
}

static int store_read_now(struct ubd_store *store, struct ubd_io *io)
{
	(void)store, (void)io;
	nr_reads++;
	return result;
}

static int store_write_now(struct ubd_store *store, struct ubd_io *io)
{
	(void)store, (void)io;
	nr_writes++;
	clock_now += write_takes;
	return result;
}

static const struct ubd_store_ops ops = {
	.read_now = store_read_now,
	.write_now = store_write_now,
};
static struct ubd_store store = { .ops = &ops };

static bool now(enum ubd_op op, bool durable)
{
	struct ubd_io io = { .op = op, .durable = durable, .store = &store, .size = 4096 };

	return ubd_now(&io);
}

/* Makes a write of @takes ns. Returns after how many ms the machine's thread writes again. */
static uint64_t held_off(uint64_t takes)
{
	uint64_t start;

	write_takes = takes;
	now(UBD_WRITE, false);
	write_takes = 1000;
	for (start = clock_now; !now(UBD_WRITE, false); clock_now += MS)
		;
	return (clock_now - start) / MS;
}

int main(void)
{
	struct ubd_io io = { .op = UBD_WRITE, .store = &store, .size = 4096 };
	uint64_t waits[3], last = 0;
	int before;

	clock_now = 1000 * MS;
	write_takes = 1000;
	ok(now(UBD_READ, false) && now(UBD_WRITE, false) && nr_reads == 1 && nr_writes == 1,
	   "reads and writes are executed at once");
	ok(!now(UBD_WRITE, true) && nr_writes == 1, "a durable write goes to the workers");
	ok(!now(UBD_FLUSH, false) && !now(UBD_DISCARD, false) && !now(UBD_ZERO, false),
	   "flush, discard and zero go to the workers");
	result = -EAGAIN;
	ok(!now(UBD_READ, false) && !now(UBD_WRITE, false),
	   "a request that would wait goes to the workers");
	result = -ENOSPC;
	ok(ubd_now(&io) && io.error == -ENOSPC, "an error is the result of the request");
	result = 0;

	waits[0] = held_off(100 * MS);
	ok(waits[0] >= 150 && waits[0] <= 250,
	   "after a write that took 100 ms the workers write for a while (%d ms)", (int)waits[0]);
	write_takes = 100 * MS;
	now(UBD_WRITE, false);
	before = nr_reads;
	ok(!now(UBD_WRITE, false) && now(UBD_READ, false) && nr_reads == before + 1,
	   "reads are still executed at once");
	clock_now = store.slow_until;
	waits[1] = held_off(100 * MS);
	waits[2] = held_off(100 * MS);
	ok(waits[1] >= 3 * waits[0] && waits[2] >= waits[1] * 2 - 10,
	   "each further slow write doubles that time (%d, %d ms)", (int)waits[1], (int)waits[2]);
	for (int i = 0; i < 20; i++)
		last = held_off(100 * MS);
	ok(last <= 30001, "the time never exceeds 30 s (%d ms)", (int)last);
	clock_now += 100000 * MS;
	now(UBD_WRITE, false);
	last = held_off(100 * MS);
	ok(last <= 250,
	   "after the same time without slow writes, the time starts small again (%d ms)",
	   (int)last);
	return tap_done();
}
