/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.h - what an engine offers: one way of running guest code
 *
 * spaces.c chooses an engine at start and passes the calls of um/host.h on to it. Everything is
 * called on the machine's thread. What engines use in turn has headers of its own: the spaces
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

	/* run() carries out the queued commands itself; else flush() is called first. */
	bool run_maps;

	/* Returns 0, or -errno with the reason in @why: what to change on this host. */
	int (*init)(char *why, size_t why_size);

	/* End the engine's processes that are not spaces, before exit or restart. */
	void (*shutdown)(void);

	int (*space_create)(struct host_space *space);
	void (*space_destroy)(struct host_space *space);

	/*
	 * Prepare a space without mappings for another user; -errno: this is not possible, and the
	 * space must be destroyed. NULL: always possible, and nothing to do.
	 */
	int (*space_reuse)(struct host_space *space);

	/* Carry out the queued commands. -errno: one failed; *@done: how many worked before. */
	int (*flush)(struct host_space *space, unsigned int *done);

	/* See host_guest_run(). Sets space->map_error when a command failed and nothing ran. */
	void (*run)(struct host_space *space, struct host_regs *regs, unsigned int flags,
		    struct guest_event *event);

	/*
	 * Whatever its guest code does, the space stands still until it is run: mapping work may
	 * wait until then. If not, work that takes rights away must be done at once. NULL: always.
	 */
	bool (*stopped_for_sure)(struct host_space *space);

	int (*fp_get)(struct host_space *space, void *fp, size_t size);
	int (*fp_set)(struct host_space *space, const void *fp, size_t size);
	int (*debug_set)(struct host_space *space, const struct host_debug *debug);
	uint64_t (*debug_status)(struct host_space *space);

	/* From a signal handler: make a run end soon. */
	void (*kick)(void);

	/* From a signal handler: a child of this process ended. NULL: of no interest. */
	void (*child_ended)(void);

	/* The machine is about to sleep. NULL: of no interest. */
	void (*idle)(void);
};

#endif /* UM_HOST_ENGINE_H */
