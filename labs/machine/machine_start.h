/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_start.h - start machines, one or several at a time
 */
#ifndef MACHINE_START_H
#define MACHINE_START_H

#include "machine/machine_wait.h"

enum machine_start_step {
	START_WAITING,		/* the start has not begun */
	START_SPAWNED,		/* the keeper runs and prepares the kernel */
	START_BOOTING,		/* the kernel runs, the startup scripts have not finished */
	START_ENDED,		/* the result is in @state, @error */
};

/* The start of one machine. The caller sets @machine and reads the other members. */
struct machine_start {
	struct machine *machine;
	enum machine_start_step step;
	enum machine_state state;
	bool ran_already;
	int error;		/* -errno: the machine could not be started, see @reason */
	char *reason;		/* an error message, or NULL */
	/* Private to machine_start.c. */
	int report_fd;
	struct machine_watch watch;
};

struct machine_start_rules {
	double timeout;		/* seconds for all starts together; < 0: no limit */
	bool no_wait;		/* a start ends when the kernel runs, not when it is ready */
	int jobs;		/* how many machines boot at a time; 0: no limit */
	/* Each of these may be NULL; all get @context. */
	bool (*may_begin)(const struct machine_start *start, void *context);
	int (*begin)(struct machine_start *start, void *context);	/* -errno: start fails */
	void (*changed)(const struct machine_start *start, void *context);
	void (*tick)(void *context);	/* at each change, and every @tick_ms unless that is 0 */
	int tick_ms;
	void *context;
};

/*
 * Starts all machines, with the switches that their interfaces name, and waits. Returns how many
 * starts had not ended at the timeout; these starts continue without the command.
 */
int machine_start_all(struct machine_start *starts, int nr,
		      const struct machine_start_rules *rules);

/*
 * Starts one machine and returns when its kernel runs: 0, or 1 if the machine ran already. -errno:
 * *reason is an error message or NULL.
 */
int machine_start(struct machine *machine, char **reason);

#endif
