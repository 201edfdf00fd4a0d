// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll.c - find out which descriptors have become ready
 *
 * Called by kernel code (um/host.h) and idle.c on the machine's thread; the watcher is a worker,
 * another thread of the kernel process.
 *
 * Theory of operation
 *
 * A ready descriptor must interrupt the machine, even in the middle of guest code, and must end
 * host_idle(). An epoll instance knows which descriptor is ready but sends no signal; O_ASYNC
 * sends a signal but does not name the descriptor. So both are used:
 *
 *   main_epoll ── signalling descriptors: pipes and sockets to read, tun
 *      └── slow_epoll ── all others: terminals, eventfds, shared ones, pipes to write
 *                  watch_epoll ── slow_epoll only; the watcher thread sleeps here
 *
 * Signalling descriptors have O_ASYNC set, and their SIGIO goes to the machine's thread, where
 * handlers.c sets UM_EVENT_POLL. For all other descriptors a watcher thread raises the same event;
 * the first such descriptor starts the thread. In both cases the kernel then calls
 * host_poll_collect().
 *
 * Terminals are in slow_epoll because the tty layer of the host sends SIGIO a moment before epoll
 * sees the descriptor ready. host_poll_collect() could then find nothing, and no other signal would
 * follow. Pipes and sockets first become ready and then send the signal. Shared descriptors
 * (host_file_inherit()) must not get O_ASYNC, because other processes share the flag. A descriptor
 * for writing would cause a SIGIO whenever its reader takes something.
 *
 * All descriptors are edge-triggered: one that is not read costs nothing until more data arrives.
 * A report may be late or superfluous, but is never lost.
 *
 * Only the machine's thread uses the table. An interrupt may call host_poll_collect() between any
 * two instructions of host_poll_add() and host_poll_remove(). So one store to .fd_plus_1 claims an
 * entry, which is complete before its descriptor enters an epoll instance.
 */
#include "io/poll.h"
#include <um/host.h>
#include <um/upcall.h>
#include "io/file.h"
#include "lx/lx_file.h"
#include "lx/lx_poll.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "process/handlers.h"

#define NR_ENTRIES 256
#define NR_EVENTS 32

/* Tag of slow_epoll inside main_epoll; all other tags are indices of the table. */
#define SLOW_TAG NR_ENTRIES

enum { FREE = 0 };

static struct entry {
	int fd_plus_1;			/* FREE when unused */
	int epoll_fd;			/* -1: cannot be polled */
	bool async;			/* we set O_ASYNC */
	bool report_once;		/* cannot be polled and not reported yet */
	uint64_t cookie;
} entries[NR_ENTRIES];
static unsigned int nr_entries;		/* entries from this index on have never been used */

static int main_epoll = -1;
static int slow_epoll = -1;
static int watch_epoll = -1;

int host_poll_fd(void)
{
	if (main_epoll < 0)
		main_epoll = lx_epoll_create1(EPOLL_CLOEXEC);
	return main_epoll;
}

static int watcher(void *unused)
{
	struct epoll_event event;

	for (;;)
		if (lx_epoll_pwait(watch_epoll, &event, 1, -1, NULL) > 0)
			host_event_raise(UM_EVENT_POLL);
	return 0;
}

/* Create slow_epoll and its watcher when the first descriptor needs them. */
static int slow_start(void)
{
	struct epoll_event in_main = { .events = EPOLLIN, .data = SLOW_TAG };
	struct epoll_event in_watch = { .events = EPOLLIN | (uint32_t)EPOLLET };
	int slow, watch, error;

	if (slow_epoll >= 0)
		return slow_epoll;
	slow = lx_epoll_create1(EPOLL_CLOEXEC);
	if (slow < 0)
		return slow;
	watch = lx_epoll_create1(EPOLL_CLOEXEC);
	if (watch < 0) {
		error = watch;
		goto out_close_slow;
	}
	error = lx_epoll_ctl(watch, EPOLL_CTL_ADD, slow, &in_watch);
	if (error)
		goto out_close_watch;
	error = lx_epoll_ctl(main_epoll, EPOLL_CTL_ADD, slow, &in_main);
	if (error)
		goto out_close_watch;
	watch_epoll = watch;
	error = host_worker_start(watcher, NULL);
	if (error)
		goto out_close_watch;
	slow_epoll = slow;
	return slow;

out_close_watch:
	lx_close(watch);
out_close_slow:
	lx_close(slow);		/* this also removes it from main_epoll */
	return error;
}

/* May @fd get O_ASYNC? Not if it is a terminal or other processes share its flags. */
static bool may_signal(int fd)
{
	struct termios settings;

	return !host_file_shared(fd) && lx_ioctl(fd, TCGETS, (long)&settings) != 0;
}

/*
 * FASYNC is O_ASYNC. The host ignores the flag on descriptors that cannot signal, so check
 * whether it is set afterwards.
 */
static bool async_start(int fd)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = lx_gettid() };
	int flags = lx_fcntl(fd, F_GETFL, 0);

	if (flags < 0 || lx_fcntl(fd, F_SETOWN_EX, (long)&owner) ||
	    lx_fcntl(fd, F_SETFL, flags | FASYNC))
		return false;
	return lx_fcntl(fd, F_GETFL, 0) & FASYNC;
}

static void async_stop(int fd)
{
	int flags = lx_fcntl(fd, F_GETFL, 0);

	if (flags >= 0)
		lx_fcntl(fd, F_SETFL, flags & ~FASYNC);
}

static struct entry *entry_claim(int fd)
{
	unsigned int i;
	int unused;

	for (i = 0; i < NR_ENTRIES; i++) {
		unused = FREE;
		if (!__atomic_compare_exchange_n(&entries[i].fd_plus_1, &unused, fd + 1, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			continue;
		if (nr_entries <= i)
			nr_entries = i + 1;
		return &entries[i];
	}
	return NULL;
}

static void entry_release(struct entry *entry)
{
	entry->report_once = false;
	__atomic_store_n(&entry->fd_plus_1, FREE, __ATOMIC_RELAXED);
}

static uint32_t event_mask(bool read, bool write)
{
	return (read ? EPOLLIN | EPOLLRDHUP : 0) | (write ? EPOLLOUT : 0) | (uint32_t)EPOLLET;
}

int host_poll_add(int fd, bool write, uint64_t cookie)
{
	struct epoll_event event = { .events = event_mask(!write, write) };
	struct entry *entry;
	int error = host_poll_fd();

	if (error < 0)
		return error;
	entry = entry_claim(fd);
	if (!entry)
		return -ENFILE;
	entry->cookie = cookie;
	entry->async = false;
	entry->epoll_fd = main_epoll;
	event.data = entry - entries;
	error = lx_epoll_ctl(main_epoll, EPOLL_CTL_ADD, fd, &event);
	if (error == -EPERM) {
		entry->epoll_fd = -1;
		entry->report_once = true;
		goto out_raise;
	}
	if (error)
		goto out_release;

	entry->async = !write && may_signal(fd) && async_start(fd);
	if (!entry->async) {
		lx_epoll_ctl(main_epoll, EPOLL_CTL_DEL, fd, NULL);
		error = slow_start();
		if (error < 0)
			goto out_release;
		entry->epoll_fd = slow_epoll;
		error = lx_epoll_ctl(slow_epoll, EPOLL_CTL_ADD, fd, &event);
		if (error)
			goto out_release;
	}
out_raise:
	/* Data that arrived before O_ASYNC was set caused no signal. */
	host_event_raise(UM_EVENT_POLL);
	return 0;

out_release:
	entry_release(entry);
	return error;
}

void host_poll_remove(int fd)
{
	unsigned int i;

	for (i = 0; i < nr_entries; i++) {
		if (entries[i].fd_plus_1 != fd + 1)
			continue;
		if (entries[i].async)
			async_stop(fd);
		if (entries[i].epoll_fd >= 0)
			lx_epoll_ctl(entries[i].epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		entry_release(&entries[i]);
	}
}

void host_poll_watch(int fd, bool read, bool write)
{
	struct epoll_event event = { .events = event_mask(read, write) };
	unsigned int i;

	for (i = 0; i < nr_entries; i++) {
		if (entries[i].fd_plus_1 != fd + 1 || entries[i].epoll_fd < 0)
			continue;
		event.data = i;
		lx_epoll_ctl(entries[i].epoll_fd, EPOLL_CTL_MOD, fd, &event);
		/* No signal comes if @fd was ready before. */
		if (write && entries[i].async)
			host_event_raise(UM_EVENT_POLL);
	}
}

/* Report the ready descriptors of @epoll_fd. True: slow_epoll is ready too. */
static bool collect_from(int epoll_fd)
{
	struct epoll_event events[NR_EVENTS];
	bool slow = false;
	int i, nr;

	/* If the array is full, there may be more events. Reported events do not come again. */
	do {
		nr = lx_epoll_pwait(epoll_fd, events, NR_EVENTS, 0, NULL);
		for (i = 0; i < nr; i++) {
			if (events[i].data == SLOW_TAG)
				slow = true;
			else if (entries[events[i].data].fd_plus_1 != FREE)
				um_poll_ready(entries[events[i].data].cookie);
		}
	} while (nr == NR_EVENTS);
	return slow;
}

void host_poll_collect(void)
{
	unsigned int i;

	for (i = 0; i < nr_entries; i++) {
		if (!entries[i].report_once)
			continue;
		entries[i].report_once = false;
		um_poll_ready(entries[i].cookie);
	}
	if (main_epoll >= 0 && collect_from(main_epoll))
		collect_from(slow_epoll);
}
