/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_stop.h - get and set a stopped guest thread's registers, and find out why it stopped
 *
 * Used by engine_seccomp.c before and after each run.
 */
#ifndef UM_HOST_SECCOMP_STOP_H
#define UM_HOST_SECCOMP_STOP_H

#include "guest/seccomp_space.h"

/*
 * host_seccomp_resume - store the registers with which @space is to continue. @step: stop after one
 * instruction.
 */
void host_seccomp_resume(struct seccomp_space *space, const struct host_regs *regs, bool step);

/*
 * host_seccomp_stopped - find out why @space stopped, and get its registers. False: guest code did
 * not run, and *@regs is unchanged.
 */
bool host_seccomp_stopped(struct seccomp_space *space, struct host_regs *regs,
			  struct guest_event *event);

/*
 * host_seccomp_code_ran - did @space stop in guest code? False: in the stub, before guest code ran
 * or because guest code jumped there.
 */
bool host_seccomp_code_ran(struct seccomp_space *space);

/* See host_space_fp_get() and host_space_fp_set(). */
int host_seccomp_fp_get(struct host_space *space, void *fp, size_t size);
int host_seccomp_fp_set(struct host_space *space, const void *fp, size_t size);

#endif /* UM_HOST_SECCOMP_STOP_H */
