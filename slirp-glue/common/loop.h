/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loop.h - run the event loop of the switch and of the uplinks: descriptors and timers
 *
 * There is one loop in a process, and one thread runs it. All functions here are called by
 * that thread.
 */
#ifndef LOOP_H
#define LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOOP_POLL_MAX = 4096 };		/* descriptors of a poller */

#define SECOND_NS 1000000000ULL

/* The caller provides the memory and may free it after loop_remove(), even in ready(). */
struct loop_source {
	int fd;
	void (*ready)(struct loop_source *source, uint32_t events);	/* EPOLLIN ... */
};

/* The caller provides the memory and may free it while the timer is not armed. */
struct loop_timer {
	uint64_t when;			/* ns; 0: not armed */
	void (*fire)(struct loop_timer *timer);
	/* Private to loop.c. */
	uint64_t order;
	struct loop_timer *child, *next, *previous;
};

/* A library that keeps its own set of descriptors to poll. */
struct loop_poller {
	/* Fills in at most @room descriptors and *@timeout (ms; -1: none); returns how many. */
	int (*fill)(struct pollfd *fds, int room, int *timeout);
	/* Called after each wait with the same descriptors and their revents. */
	void (*done)(struct pollfd *fds, int nr);
};

/* Returns the object of type @type whose field @field is at @pointer. */
#define container_of(pointer, type, field) \
	((type *)((char *)(pointer) - offsetof(type, field)))

int loop_init(void);
int loop_add(struct loop_source *source, uint32_t events);
int loop_change(struct loop_source *source, uint32_t events);
void loop_remove(struct loop_source *source);

/* Removes the source and closes its descriptor, which becomes -1; if it is -1, does nothing. */
void loop_close(struct loop_source *source);

/*
 * Return the monotonic time in ns: loop_now() as of the last wait, loop_now_exact() by asking the
 * host.
 */
uint64_t loop_now(void);
uint64_t loop_now_exact(void);

/* Arms the timer to fire once at @when, or disarms it if @when is 0. */
void loop_timer_set(struct loop_timer *timer, uint64_t when);

/* Calls @fn at the end of each turn, so that @fn can send what the turn has gathered. */
void loop_after(void (*fn)(void));

/* Waits for the descriptors of @poller too, from the next turn on. */
void loop_set_poller(const struct loop_poller *poller);

/* Makes SIGTERM, SIGINT and SIGHUP end the loop with status 0, and ignores SIGPIPE. 0 or -errno. */
int loop_catch_signals(void);

/* Runs one turn; if @wait, waits until a descriptor is ready or a timer is due. */
void loop_turn(bool wait);

/* Runs until loop_stop() and returns the status given to it: 0 or -errno. */
int loop_run(void);
void loop_stop(int status);

#endif /* LOOP_H */
