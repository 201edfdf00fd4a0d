// SPDX-License-Identifier: GPL-2.0-only
/*
 * loop.c - the event loop of the switch and of the uplinks
 *
 * One epoll instance. The earliest timer is kept in a timerfd, which is exact to
 * microseconds; epoll's own timeout is not. Timers are a binary heap, each knows its
 * place, so that any of them can be taken out.
 *
 * A source may be removed while events for it wait in the answer of epoll: removal
 * strikes them out (pending, nr_pending).
 */
#include "common/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NR_EVENTS 64

static int epoll_fd = -1;
static int timer_fd = -1;
static uint64_t now;
static uint64_t armed;			/* what timer_fd is set to */

static struct loop_timer **heap;
static size_t nr_timers, room_timers;

static struct epoll_event pending[NR_EVENTS];
static int nr_pending, next_pending;

static void (*after)(void);
static bool stopped;
static int stop_status;

uint64_t loop_now_exact(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
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

/* ---- timers --------------------------------------------------------------- */

static void heap_put(size_t place, struct loop_timer *timer)
{
	heap[place] = timer;
	timer->place = place;
}

static void heap_up(size_t place, struct loop_timer *timer)
{
	while (place && heap[(place - 1) / 2]->when > timer->when) {
		heap_put(place, heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	heap_put(place, timer);
}

static void heap_down(size_t place, struct loop_timer *timer)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < nr_timers && heap[child + 1]->when < heap[child]->when)
			child++;
		if (child >= nr_timers || heap[child]->when >= timer->when)
			break;
		heap_put(place, heap[child]);
		place = child;
	}
	heap_put(place, timer);
}

static void heap_take(struct loop_timer *timer)
{
	struct loop_timer *last = heap[--nr_timers];

	if (last != timer) {
		heap_up(timer->place, last);
		heap_down(last->place, last);
	}
	timer->when = 0;
}

void loop_timer_set(struct loop_timer *timer, uint64_t when)
{
	if (timer->when)
		heap_take(timer);
	if (!when)
		return;
	if (nr_timers == room_timers) {
		room_timers = room_timers ? 2 * room_timers : 64;
		heap = realloc(heap, room_timers * sizeof(*heap));
		if (!heap)
			abort();
	}
	timer->when = when;
	heap_up(nr_timers++, timer);
}

static void timers_fire(void)
{
	while (nr_timers && heap[0]->when <= now) {
		struct loop_timer *timer = heap[0];

		heap_take(timer);
		timer->fire(timer);
	}
}

void loop_prepare(void)
{
	uint64_t when = nr_timers ? heap[0]->when : 0;
	struct itimerspec setting = {
		.it_value = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 },
	};

	if (when == armed)
		return;
	armed = when;
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &setting, NULL);
}

/* ---- turns ---------------------------------------------------------------- */

void loop_after(void (*fn)(void))
{
	after = fn;
}

int loop_fd(void)
{
	return epoll_fd;
}

void loop_turn(bool wait)
{
	uint64_t expirations;

	loop_prepare();
	nr_pending = epoll_wait(epoll_fd, pending, NR_EVENTS, wait ? -1 : 0);
	now = loop_now_exact();
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
	timers_fire();
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

bool loop_stopped(void)
{
	return stopped;
}
