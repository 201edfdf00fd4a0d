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
	int map_error;			/* run: 0, or -errno of command map_failed; nothing ran then */
	unsigned int map_failed;
	bool sites_off;			/* system call sites stay as they are here */
	bool sites_lost;		/* the guest has something of its own in UM_SITES */
	bool fp_saved;			/* seccomp: the mailbox has a copy of the FP state */
	bool empty;			/* nothing was mapped since all was unmapped */
	unsigned int slot;		/* place of its stub data in the shared file */
	struct stub_data *data;		/* its stub data, writable here */
	struct stub_mailbox *mailbox;	/* behind it; guest code writes there too */
	unsigned int placement, guest_placement;	/* the processor that its threads are kept to, plus 1 */
	struct host_debug debug;	/* what its debug registers hold */
	int tid;			/* seccomp: guest thread */
	int end_signal;			/* seccomp: of the host, which ended the process by itself; or 0 */
	volatile bool ended;		/* seccomp: a handler saw the process end while it had the turn */
	bool asleep;			/* seccomp: its guest thread sleeps until we wake it */
	bool unproven;			/* seccomp: a new user's, whose guest code did not run yet */
	uint64_t frame;			/* seccomp: signal frame to resume by, 0: the mailbox */
	bool fp_load;			/* seccomp: the mailbox has FP state to load */
	struct host_space *next_free;
};

struct engine_ops {
	const char *name;
	/* Returns 0, or -errno with the reason in @why: what to change on this host. */
	int (*init)(char *why, size_t why_size);
	int (*space_create)(struct host_space *space);
	/* Make a space without mappings fit for another user; -errno: it is not. NULL: always fit. */
	int (*space_reuse)(struct host_space *space);
	void (*space_destroy)(struct host_space *space);
	/* Carry out the queued commands. -errno of the first that failed; *@done: how many worked. */
	int (*flush)(struct host_space *space, unsigned int *done);
	void (*run)(struct host_space *space, struct host_regs *regs, unsigned int flags,
		    struct guest_event *event);
	/* The engine's run carries out queued commands, all but those that flush did before. */
	bool run_maps;
	int (*fp_get)(struct host_space *space, void *fp, size_t size);
	int (*fp_set)(struct host_space *space, const void *fp, size_t size);
	int (*debug_set)(struct host_space *space, const struct host_debug *debug);
	uint64_t (*debug_status)(struct host_space *space);
	/*
	 * Whatever its guest code does, the space is stopped until it is run: mapping work may
	 * wait till then. Else what takes rights away is done at once. NULL: always so.
	 */
	bool (*stopped_for_sure)(struct host_space *space);
	bool sites;			/* system call sites can be patched (site_jumps.c) */
	/* From a signal handler: make a run end soon. */
	void (*kick)(void);
	/* From a signal handler: a child of ours ended. NULL: not of interest. */
	void (*child_ended)(void);
	/* The machine is about to sleep. NULL: no matter. */
	void (*idle)(void);
	/* End what is not a space, before exit or restart. */
	void (*shutdown)(void);
};

extern const struct engine_ops engine_seccomp, engine_ptrace;

/* child.c: end of all guest processes; kick, and the end of a child, from a handler; sleep. */
void host_guest_shutdown(void);
void host_guest_kick(void);
void host_guest_child_ended(void);
void host_guest_idle(void);

/* child.c: a place for a space that is not one of the kernel's, for as long as the process lives. */
int host_space_reserve(struct host_space **space);

/* child.c: call @fn for each space that has a process. */
void host_spaces_visit(void (*fn)(struct host_space *space));

/* child.c: the file that holds all stub data, and where in it a space's lies. */
int host_stub_fd(void);
uint64_t host_stub_offset(const struct host_space *space);

/* child_x86.c: learn the size and features of the FP state from the processor. */
void host_fp_init(void);
bool host_fp_xsave(void);

/* site_jumps.c: fill in what every site needs; the window in the stub file is mapped already. */
int host_sites_init(void);

/* boot.c: AT_HWCAP2 of the host. */
uint64_t host_hwcap2(void);

/* memory.c: descriptor of the RAM file. */
int host_ram_fd(void);

#endif /* UM_HOST_ENGINE_H */
