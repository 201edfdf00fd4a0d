/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_start.h - start machines, one or many at a time
 */
#ifndef MACHINE_START_H
#define MACHINE_START_H

#include "machine/machine_wait.h"

enum machine_start_step {
	START_WAITING,		/* for its turn */
	START_SPAWNED,		/* the keeper runs and prepares the kernel */
	START_BOOTING,		/* the kernel runs, the startup scripts have not finished */
	START_ENDED,		/* see @state, @error */
};

/* One start. The caller sets @machine and reads the rest. */
struct machine_start {
	struct machine *machine;
	enum machine_start_step step;
	enum machine_state state;
	bool ran_already;
	int error;		/* -errno: it could not be started, see @reason */
	char *reason;		/* in words, or NULL */
	/* Private to machine_start.c. */
	int report_fd;
	struct machine_watch watch;
};

struct machine_start_rules {
	double timeout;		/* seconds for all together; < 0: no limit */
	bool no_wait;		/* a start ends when the kernel runs, not when it is ready */
	int jobs;		/* this many boot at a time; 0: no limit */
	/* Each of these may be NULL; all get @context. */
	bool (*may_begin)(const struct machine_start *start, void *context);
	int (*begin)(struct machine_start *start, void *context);	/* 0, or -errno: fails */
	void (*changed)(const struct machine_start *start, void *context);
	void (*tick)(void *context);	/* at each change, and every @tick_ms (0: only then) */
	int tick_ms;
	void *context;
};

/*
 * Starts all, with the switches that their interfaces name, and waits. Returns how many have
 * not ended when the time was over; those go on by themselves.
 */
int machine_start_all(struct machine_start *starts, int nr,
		      const struct machine_start_rules *rules);

/*
 * Starts one and returns when its kernel runs: 0, or 1 when it ran already. -errno: the
 * reason is in *reason, or NULL.
 */
int machine_start(struct machine *machine, char **reason);

#endif
