// SPDX-License-Identifier: GPL-2.0-only
/*
 * loop.c - run the event loop of the switch and of the uplinks
 *
 * Theory of operation
 *
 * One epoll instance watches all descriptors. A timerfd in it expires with the earliest timer,
 * because a timerfd is exact to microseconds and the timeout of epoll_wait() is not. A turn is:
 *
 *   1. set the timerfd if the earliest timer has changed, and wait
 *   2. call ready() of each source that has events
 *   3. fire the timers that are due
 *   4. let the poller, if there is one, handle its descriptors
 *   5. call the function given to loop_after()
 *
 * libslirp tells us before each wait which descriptors it wants to poll. A struct loop_poller
 * stands for such a library: the loop then waits in poll() for the library's descriptors and for
 * the epoll instance. The timeout that the library asks for is a timer like any other.
 *
 * Timers are in a pairing heap: a tree in which no child is earlier than its parent. `child`
 * is the first child, `next` the next sibling, `previous` the sibling before or, for a first
 * child, the parent. The heap needs no memory besides the timers, so arming a timer cannot fail.
 * Timers for the same time fire in the order in which they were set (`order`).
 *
 * A source may be removed while epoll has already reported events for it: loop_remove()
 * clears these events (pending, next_pending).
 *
 * Called by all parts of the switch and of the uplinks, on the one thread that runs the loop.
 */
#include "common/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { NR_EVENTS = 64 };

static int epoll_fd = -1;
static int timer_fd = -1;
static uint64_t now;
static uint64_t armed;			/* what timer_fd is set to */

static struct loop_timer *earliest;	/* the root of the heap */
static uint64_t last_order;

static struct epoll_event pending[NR_EVENTS];
static int nr_pending, next_pending;

static const struct loop_poller *poller;
static struct loop_timer poller_timer;	/* the poller's timeout */
static struct loop_source signals;

static void (*after)(void);
static bool stopped;
static int stop_status;

uint64_t loop_now_exact(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND_NS + time.tv_nsec;
}

uint64_t loop_now(void)
{
	return now;
}

int loop_init(void)
{
	struct epoll_event event = { .events = EPOLLIN };

	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (epoll_fd < 0 || timer_fd < 0)
		return -errno;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event))
		return -errno;
	now = loop_now_exact();
	stopped = false;
	return 0;
}

int loop_add(struct loop_source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, source->fd, &event) ? -errno : 0;
}

int loop_change(struct loop_source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	return epoll_ctl(epoll_fd, EPOLL_CTL_MOD, source->fd, &event) ? -errno : 0;
}

void loop_remove(struct loop_source *source)
{
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	for (int i = next_pending; i < nr_pending; i++)
		if (pending[i].data.ptr == source)
			pending[i].events = 0;
}

void loop_close(struct loop_source *source)
{
	if (source->fd < 0)
		return;
	loop_remove(source);
	close(source->fd);
	source->fd = -1;
}

/* ---- timers --------------------------------------------------------------- */

static bool is_earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->when < b->when || (a->when == b->when && a->order < b->order);
}

/* Joins two heaps; either may be NULL. The roots have no siblings. */
static struct loop_timer *heap_join(struct loop_timer *a, struct loop_timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (is_earlier(b, a)) {
		struct loop_timer *swap = a;

		a = b;
		b = swap;
	}
	b->previous = a;
	b->next = a->child;
	if (b->next)
		b->next->previous = b;
	a->child = b;
	return a;
}

/* Joins @first and its siblings: in pairs from the left, then the pairs from the right. */
static struct loop_timer *siblings_join(struct loop_timer *first)
{
	struct loop_timer *pairs = NULL, *root = NULL;

	while (first) {
		struct loop_timer *second = first->next, *rest = second ? second->next : NULL;

		first->next = first->previous = NULL;
		if (second)
			second->next = second->previous = NULL;
		first = heap_join(first, second);
		first->next = pairs;
		pairs = first;
		first = rest;
	}
	while (pairs) {
		struct loop_timer *rest = pairs->next;

		pairs->next = NULL;
		root = heap_join(root, pairs);
		pairs = rest;
	}
	return root;
}

static void heap_remove(struct loop_timer *timer)
{
	struct loop_timer *children = siblings_join(timer->child);

	if (timer == earliest) {
		earliest = children;
	} else {
		if (timer->previous->child == timer)
			timer->previous->child = timer->next;
		else
			timer->previous->next = timer->next;
		if (timer->next)
			timer->next->previous = timer->previous;
		earliest = heap_join(earliest, children);
	}
	timer->child = timer->next = timer->previous = NULL;
	timer->when = 0;
}

void loop_timer_set(struct loop_timer *timer, uint64_t when)
{
	if (timer->when)
		heap_remove(timer);
	if (!when)
		return;
	timer->when = when;
	timer->order = ++last_order;
	earliest = heap_join(earliest, timer);
}

static void timers_fire(void)
{
	while (earliest && earliest->when <= now) {
		struct loop_timer *timer = earliest;

		heap_remove(timer);
		timer->fire(timer);
	}
}

/* Makes timer_fd expire with the earliest timer. */
static void timer_fd_arm(void)
{
	uint64_t when = earliest ? earliest->when : 0;
	struct itimerspec setting = {
		.it_value = { .tv_sec = when / SECOND_NS, .tv_nsec = when % SECOND_NS },
	};

	if (when == armed)
		return;
	armed = when;
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &setting, NULL);
}

/* ---- signals and pollers -------------------------------------------------- */

static void signal_ready(struct loop_source *source, uint32_t events)
{
	struct signalfd_siginfo info;

	if (read(source->fd, &info, sizeof(info)) == sizeof(info))
		loop_stop(0);
}

int loop_catch_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals.ready = signal_ready;
	return signals.fd < 0 ? -errno : loop_add(&signals, EPOLLIN);
}

/* Nothing is left to do: the timer has caused a turn, and the poller is called in every turn. */
static void poller_timer_fire(struct loop_timer *timer)
{
}

void loop_set_poller(const struct loop_poller *new_poller)
{
	poller = new_poller;
	poller_timer.fire = poller_timer_fire;
}

/*
 * Fills @fds: first epoll's descriptor, then the poller's. Sets the poller's timer. Returns the
 * number of the poller's descriptors, without epoll's.
 */
static int poller_fill(struct pollfd *fds)
{
	int timeout = -1, nr;
	uint64_t when;

	fds[0] = (struct pollfd) { .fd = epoll_fd, .events = POLLIN };
	nr = poller->fill(fds + 1, LOOP_POLL_MAX - 1, &timeout);
	when = loop_now_exact() + timeout * 1000000ULL;
	/* A timer that fires early costs one turn; postponing it in every turn would cost more. */
	if (timeout >= 0 && (!poller_timer.when || when < poller_timer.when))
		loop_timer_set(&poller_timer, when);
	return nr;
}

/* ---- turns ---------------------------------------------------------------- */

void loop_after(void (*fn)(void))
{
	after = fn;
}

static void sources_handle(void)
{
	uint64_t expirations;

	for (next_pending = 0; next_pending < nr_pending; ) {
		struct epoll_event *event = &pending[next_pending++];

		if (!event->data.ptr) {
			if (read(timer_fd, &expirations, sizeof(expirations)) > 0)
				armed = 0;
		} else if (event->events) {
			struct loop_source *source = event->data.ptr;

			source->ready(source, event->events);
		}
	}
	nr_pending = 0;
}

void loop_turn(bool wait)
{
	static struct pollfd fds[LOOP_POLL_MAX];
	int nr_polled = poller ? poller_fill(fds) : 0;
	bool polled = false;

	timer_fd_arm();
	if (poller)
		polled = poll(fds, 1 + nr_polled, wait ? -1 : 0) >= 0;
	nr_pending = epoll_wait(epoll_fd, pending, NR_EVENTS, wait && !poller ? -1 : 0);
	now = loop_now_exact();
	sources_handle();
	timers_fire();
	if (polled)
		poller->done(fds + 1, nr_polled);
	if (after)
		after();
}

int loop_run(void)
{
	while (!stopped)
		loop_turn(true);
	return stop_status;
}

void loop_stop(int status)
{
	stopped = true;
	stop_status = status;
}
