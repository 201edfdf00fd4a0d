/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.h - what an engine is: one way of running guest code
 *
 * child.c chooses one at start and passes the calls of um/host.h on to it.
 */
#ifndef UM_HOST_ENGINE_H
#define UM_HOST_ENGINE_H

#include <um/host.h>
#include <um/stub.h>

/* Common head of every engine's spaces: the commands that wait to be carried out. */
struct host_space {
	int pid;			/* host process; 0: none, or it died */
	unsigned int nr_queued;
	unsigned int slot;		/* place of its stub data in the shared file */
	struct stub_data *data;		/* its stub data, writable here */
	unsigned int placement;		/* engine: which choice of processor it follows */
	struct host_debug debug;	/* what its debug registers hold */
	struct host_space *next_free;
};

struct engine_ops {
	const char *name;
	/* Returns 0, or -errno with the reason in @why: what to change on this host. */
	int (*init)(char *why, size_t why_size);
	int (*space_create)(struct host_space *space);
	void (*space_destroy)(struct host_space *space);
	/* Carry out the queued commands. -errno of the first that failed; *@done: how many worked. */
	int (*flush)(struct host_space *space, unsigned int *done);
	void (*run)(struct host_space *space, struct host_regs *regs, unsigned int flags,
		    struct guest_event *event);
	int (*fp_get)(struct host_space *space, void *fp, size_t size);
	int (*fp_set)(struct host_space *space, const void *fp, size_t size);
	int (*debug_set)(struct host_space *space, const struct host_debug *debug);
	uint64_t (*debug_status)(struct host_space *space);
	/* From a signal handler: make a run end soon. */
	void (*kick)(void);
	/* End what is not a space, before exit or restart. */
	void (*shutdown)(void);
};

extern const struct engine_ops engine_ptrace;

/* child.c: end of all guest processes; kick from a handler. */
void host_guest_shutdown(void);
void host_guest_kick(void);

/*
 * placement.c: init - learn what processors there are and keep to one. release - let the host
 * move the machine to another. take - keep to the one it is on. follow - bring @space there.
 */
void host_placement_init(void);
void host_placement_release(void);
void host_placement_take(void);
void host_placement_follow(struct host_space *space);

/* child.c: descriptor of the file that holds all stub data. */
int host_stub_fd(void);

/* child_x86.c: learn the size and features of the FP state from the processor. */
void host_fp_init(void);

/* memory.c: descriptor of the RAM file. */
int host_ram_fd(void);

#endif /* UM_HOST_ENGINE_H */
