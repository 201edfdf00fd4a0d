/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loop.h - the event loop of the switch and of the uplinks: descriptors and timers
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Storage is the caller's; it may go away once the source is removed, also in ready(). */
struct loop_source {
	int fd;
	void (*ready)(struct loop_source *source, uint32_t events);	/* EPOLLIN ... */
};

struct loop_timer {
	uint64_t when;		/* 0: not armed */
	size_t place;		/* in the heap */
	void (*fire)(struct loop_timer *timer);
};

/* The object of type @type whose field @field is at @pointer. */
#define container_of(pointer, type, field) \
	((type *)((char *)(pointer) - offsetof(type, field)))

int loop_init(void);
int loop_add(struct loop_source *source, uint32_t events);
int loop_change(struct loop_source *source, uint32_t events);
void loop_remove(struct loop_source *source);

/* Monotonic time in nanoseconds, read once per turn; loop_now_exact() asks the host. */
uint64_t loop_now(void);
uint64_t loop_now_exact(void);

/* loop_timer_set - fire at @when, once. 0 disarms. */
void loop_timer_set(struct loop_timer *timer, uint64_t when);

/* loop_after - @fn is called at the end of each turn: a place to send what was gathered. */
void loop_after(void (*fn)(void));

/*
 * loop_fd - readable when loop_turn() has something to do; loop_prepare() comes before each
 * wait for it.
 */
int loop_fd(void);
void loop_prepare(void);

/* loop_turn - handle what is ready, waiting for it if @wait. */
void loop_turn(bool wait);

/* loop_run - until loop_stop(); returns its status. */
int loop_run(void);
void loop_stop(int status);
bool loop_stopped(void);

#endif /* LOOP_H */
