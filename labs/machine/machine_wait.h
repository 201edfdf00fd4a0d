/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_wait.h - follow the state of machines, as their keepers report it
 */
#ifndef MACHINE_WAIT_H
#define MACHINE_WAIT_H

#include "link/agentlink.h"
#include "machine/machine.h"

/* A subscription to the states of one machine. */
struct machine_watch {
	const struct machine *machine;
	enum machine_state state;	/* the last state reported */
	struct agentlink link;		/* link.fd < 0: the machine has stopped, no state follows */
};

/* Starts a watch. Cannot fail: a machine without a keeper and a kernel is MACHINE_STOPPED. */
void machine_watch_open(struct machine_watch *watch, const struct machine *machine);
/* Reads new states; call it when link.fd is readable. True: the state may have changed. */
bool machine_watch_take(struct machine_watch *watch);
void machine_watch_close(struct machine_watch *watch);

/*
 * Waits until @done is true for the machine's state. False: @seconds have passed. A negative number
 * of seconds means no limit.
 */
bool machine_wait(const struct machine *machine, bool (*done)(enum machine_state), double seconds);

/* Called by machine_wait_all() while it waits. */
struct machine_wait_hooks {
	void (*changed)(int at, enum machine_state state, void *context);
	void (*tick)(void *context);	/* every @tick_ms, for displays that show the time */
	int tick_ms;			/* 0: no ticks */
	void *context;
};
/* Waits until @done is true for all machines. Returns how many were not done after @seconds. */
int machine_wait_all(const struct machines *machines, bool (*done)(enum machine_state),
		     double seconds, const struct machine_wait_hooks *hooks);

/*
 * Conditions to wait for: the machine has stopped; its agent answers; its startup scripts have
 * finished.
 */
bool machine_has_stopped(enum machine_state state);
bool machine_has_booted(enum machine_state state);
bool machine_has_started(enum machine_state state);

#endif
