/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.h - define the calls that each engine, a way of running guest code, implements
 *
 * spaces.c chooses an engine at start and passes the calls of um/host.h on to it. Everything is
 * called on the machine's thread. Other headers declare what the engines use in turn: the spaces
 * (space_table.h), the processors (placement.h), the FP state (fp_state.h).
 */
#ifndef UM_HOST_ENGINE_H
#define UM_HOST_ENGINE_H

#include "guest/space_table.h"

struct engine_ops {
	const char *name;

	/* Size of the engine's struct for a space, which begins with struct host_space. */
	size_t space_size;

	/* System call sites can be patched (site_jumps.c). */
	bool sites;

	/* run() carries out the queued commands itself. Otherwise flush() is called first. */
	bool run_maps;

	/* Returns 0, or -errno with the reason in @why: what to change on this host. */
	int (*init)(char *why, size_t why_size);

	/* End the engine's processes that are not spaces, before exit or restart. */
	void (*shutdown)(void);

	int (*space_create)(struct host_space *space);
	void (*space_destroy)(struct host_space *space);

	/*
	 * Prepare a space without mappings for another user. -errno: the space cannot be reused and
	 * must be destroyed. NULL: spaces can always be reused, without preparation.
	 */
	int (*space_reuse)(struct host_space *space);

	/* Carry out the queued commands. -errno: one failed, after *@done others succeeded. */
	int (*flush)(struct host_space *space, unsigned int *done);

	/* See host_guest_run(). Sets space->map_error when a command failed and nothing ran. */
	void (*run)(struct host_space *space, struct host_regs *regs, unsigned int flags,
		    struct guest_event *event);

	/*
	 * True if the space stands still until it is run, whatever its guest code does: mapping
	 * work may wait until then. False: work that takes rights away must be done at once. NULL:
	 * always true.
	 */
	bool (*stopped_for_sure)(struct host_space *space);

	int (*fp_get)(struct host_space *space, void *fp, size_t size);
	int (*fp_set)(struct host_space *space, const void *fp, size_t size);
	int (*debug_set)(struct host_space *space, const struct host_debug *debug);
	uint64_t (*debug_status)(struct host_space *space);

	/* Make a run end soon. Called by signal handlers. */
	void (*kick)(void);

	/* Note that a child of this process has ended. Called by signal handlers. May be NULL. */
	void (*child_ended)(void);

	/* Note that the machine is about to sleep; see host_guest_idle(). May be NULL. */
	bool (*idle)(void);
};

#endif /* UM_HOST_ENGINE_H */
