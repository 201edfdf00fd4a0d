/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_space.h - define the seccomp engine's part of a space
 *
 * For the files of the engine: engine_seccomp.c, seccomp_*.c, handover.c. The generic part comes
 * first, so a conversion in either direction costs nothing.
 */
#ifndef UM_HOST_SECCOMP_SPACE_H
#define UM_HOST_SECCOMP_SPACE_H

#include "guest/space_table.h"

struct seccomp_space {
	struct host_space space;
	struct stub_mailbox *mailbox;	/* after the stub data; guest code can write it */
	int tid;			/* id of the guest thread; space.pid is the mapper's */
	unsigned int mapper_cpu;	/* see host_placement_follow() */
	unsigned int guest_cpu;		/* see host_placement_follow_guest() */
	int end_signal;			/* signal that ended the process; 0: none, or we ended it */
	volatile bool ended;		/* a handler saw the process end during its turn */
	bool asleep;			/* the guest thread sleeps until we wake it */
	bool unproven;			/* reused; code of the new user has not run yet */
	volatile bool kicked;		/* a signal was sent that may still be on its way */
	bool watched;			/* in the list of watch.c, */
	uint8_t suspicion;		/* with what watch.c has seen since the last run */
	bool condemned;			/* watch.c has killed the process */
	uint64_t probe_cpu;		/* CPU time of the process at the probe of watch.c */
	struct seccomp_space *watch_next;
	bool fp_load;			/* the mailbox has FP state that must be loaded */
	bool fp_saved;			/* the mailbox has a copy of the FP state */
	uint64_t frame;			/* signal frame to resume from; 0: the mailbox */
};
_Static_assert(offsetof(struct seccomp_space, space) == 0, "seccomp_space_of() converts in place");

static inline struct seccomp_space *seccomp_space_of(struct host_space *space)
{
	return (struct seccomp_space *)space;
}

#endif /* UM_HOST_SECCOMP_SPACE_H */
