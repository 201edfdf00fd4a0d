// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-loop.c - test the event loop: the order of timers, sources that remove each other, pollers
 *
 * LOOP_SEED repeats a run. `make check-unit` runs this program on the host.
 */
#include "common/loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "number.h"
#include "tap.h"

#define MS 1000000ULL

/* ---- timers -------------------------------------------------------------------- */

enum { NR_TIMERS = 500 };

static struct test_timer {
	struct loop_timer timer;
	uint64_t wanted;		/* ns; 0: not armed */
	unsigned int set;		/* number of timers set before this one */
	bool fired;
} timers[NR_TIMERS];

static unsigned int nr_set, nr_fired;
static bool in_order, none_early;
static struct test_timer *last_fired;

static void timer_note(struct loop_timer *timer)
{
	struct test_timer *mine = container_of(timer, struct test_timer, timer);

	if (last_fired && (last_fired->wanted > mine->wanted ||
			   (last_fired->wanted == mine->wanted && last_fired->set > mine->set)))
		in_order = false;
	none_early &= mine->wanted && mine->wanted <= loop_now() && !timer->when;
	mine->fired = true;
	last_fired = mine;
	nr_fired++;
}

static void timer_arm(struct test_timer *mine, uint64_t when)
{
	mine->wanted = when;
	mine->set = nr_set++;
	loop_timer_set(&mine->timer, when);
}

/* Arms, changes and disarms timers at random within the next 20 ms, then lets them fire. */
static void test_timers(void)
{
	uint64_t begin = loop_now_exact();
	unsigned int nr_armed = 0;

	in_order = none_early = true;
	for (int i = 0; i < NR_TIMERS; i++) {
		timers[i].timer.fire = timer_note;
		timer_arm(&timers[i], begin + number(20) * MS);
	}
	for (int i = 0; i < 2 * NR_TIMERS; i++)
		timer_arm(&timers[number(NR_TIMERS)], number(4) ? begin + number(20) * MS : 0);
	for (int i = 0; i < NR_TIMERS; i++)
		nr_armed += timers[i].wanted != 0;
	while (loop_now_exact() < begin + 25 * MS)
		loop_turn(false);
	is(nr_fired, nr_armed, "each armed timer fires once, and no other");
	ok(in_order, "timers fire in the order of their times, then in the order they were set");
	ok(none_early, "no timer fires before its time");
}

static unsigned int nr_again;

static void timer_again(struct loop_timer *timer)
{
	if (++nr_again < 3)
		loop_timer_set(timer, loop_now() + MS);
	else
		loop_stop(-7);
}

static void test_again(void)
{
	struct loop_timer timer = { .fire = timer_again };

	loop_timer_set(&timer, loop_now_exact() + MS);
	is(loop_run(), -7, "loop_run() returns the status given to loop_stop()");
	is(nr_again, 3, "a timer can arm itself when it fires");
}

/* ---- sources --------------------------------------------------------------------- */

static struct loop_source first, second;
static unsigned int nr_ready;

static void source_ready(struct loop_source *source, uint32_t events)
{
	nr_ready++;
	loop_close(source == &first ? &second : &first);
}

static void test_sources(void)
{
	int a[2], b[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, a) || socketpair(AF_UNIX, SOCK_DGRAM, 0, b))
		bail("no socket pair");
	first = (struct loop_source) { .fd = a[0], .ready = source_ready };
	second = (struct loop_source) { .fd = b[0], .ready = source_ready };
	ok(!loop_add(&first, EPOLLIN) && !loop_add(&second, EPOLLIN), "sources can be added");
	if (write(a[1], "x", 1) != 1 || write(b[1], "x", 1) != 1)
		bail("no message");
	loop_turn(true);
	is(nr_ready, 1, "a source that was closed in the same turn gets no event");
	ok((first.fd < 0) != (second.fd < 0),
	   "the closed source's descriptor is closed, the other one's is not");
	loop_close(&first);
	loop_close(&second);
	close(a[1]);
	close(b[1]);
}

/* ---- pollers ---------------------------------------------------------------------- */

static int polled[2], poll_timeout = -1;
static unsigned int nr_done, nr_readable;

static int fill(struct pollfd *fds, int room, int *timeout)
{
	fds[0] = (struct pollfd) { .fd = polled[0], .events = POLLIN };
	*timeout = poll_timeout;
	return 1;
}

static void done(struct pollfd *fds, int nr)
{
	nr_done++;
	nr_readable += nr == 1 && fds[0].revents & POLLIN;
}

static void test_poller(void)
{
	static const struct loop_poller poller = { .fill = fill, .done = done };
	uint64_t begin;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, polled) || write(polled[1], "x", 1) != 1)
		bail("no socket pair");
	loop_set_poller(&poller);
	loop_turn(true);
	ok(nr_done == 1 && nr_readable == 1, "a poller is told which of its descriptors are ready");
	if (read(polled[0], &(char){ 0 }, 1) != 1)
		bail("no message");
	poll_timeout = 5;
	begin = loop_now_exact();
	loop_turn(true);
	ok(loop_now_exact() - begin >= 5 * MS,
	   "the loop waits for the time that a poller asks for");
	ok(loop_now_exact() - begin < 2000 * MS,
	   "the loop does not wait longer than the poller asks");
	ok(nr_done == 2 && nr_readable == 1,
	   "after a timeout the poller is called with nothing ready");
	loop_set_poller(NULL);
	close(polled[0]);
	close(polled[1]);
}

int main(void)
{
	if (loop_init())
		bail("the loop does not start");
	number_seed("LOOP_SEED");
	test_timers();
	test_again();
	test_sources();
	test_poller();
	return tap_done();
}
