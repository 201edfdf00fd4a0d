/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_engine.h - calls between the files of the seccomp engine
 */
#ifndef UM_HOST_SECCOMP_ENGINE_H
#define UM_HOST_SECCOMP_ENGINE_H

#include "guest/engine.h"
#include "host_internal.h"

/*
 * seccomp_start.c: host_seccomp_check - the host and the processor give what the engine needs, or
 * @why not. host_zygote_start - make the process; it acknowledges through @ack_fd when it is ready.
 */
int host_seccomp_check(char *why, size_t why_size);
int host_zygote_start(struct host_space *zygote, int ack_fd);

/* engine_seccomp.c: run @space until its turn is back, with what is in its mailbox. End it. */
void host_seccomp_turn(struct host_space *space);
void host_seccomp_kill(struct host_space *space);

/* seccomp_stop.c: the registers with which @space is to go on. */
void host_seccomp_resume(struct host_space *space, const struct host_regs *regs, bool step);

/* Did @space stop by a trap as it awoke in the stub, before anything of its registers was loaded? */
bool host_seccomp_woke_by_trap(struct host_space *space);

/* Why @space stopped. False: guest code did not run, @regs are as they were. */
bool host_seccomp_stopped(struct host_space *space, struct host_regs *regs,
			  struct guest_event *event);

/* seccomp_stop.c: see host_space_fp_get() and host_space_fp_set(). */
int host_seccomp_fp_get(struct host_space *space, void *fp, size_t size);
int host_seccomp_fp_set(struct host_space *space, const void *fp, size_t size);

#endif /* UM_HOST_SECCOMP_ENGINE_H */
