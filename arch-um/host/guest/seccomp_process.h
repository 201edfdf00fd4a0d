/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp_process.h - start, run and end guest processes of the seccomp engine
 *
 * Used by engine_seccomp.c and seccomp_stop.c.
 */
#ifndef UM_HOST_SECCOMP_PROCESS_H
#define UM_HOST_SECCOMP_PROCESS_H

#include "guest/seccomp_space.h"

/*
 * host_seccomp_start - create the zygote. 0 or -errno.
 * host_seccomp_shutdown - end the zygote.
 */
int host_seccomp_start(void);
void host_seccomp_shutdown(void);

/*
 * host_seccomp_create - give @space a process, forked by the zygote.
 * host_seccomp_kill - end the process of @space, if it has one.
 */
int host_seccomp_create(struct seccomp_space *space);
void host_seccomp_kill(struct seccomp_space *space);

/* host_seccomp_is_alive - does the process of @space still run? False: its pid is now 0. */
bool host_seccomp_is_alive(struct seccomp_space *space);

/* host_seccomp_flush - have the mapper carry out the queued commands; see struct engine_ops. */
int host_seccomp_flush(struct host_space *space, unsigned int *done);

/*
 * host_seccomp_failed_command - return the index of the command that failed, according to the
 * mapper; *@error gets its -errno.
 */
unsigned int host_seccomp_failed_command(struct seccomp_space *space, int *error);

/*
 * host_seccomp_begin - tell the signal handlers that @space is about to get the turn: from now on,
 * a kick goes to @space, and the end of its process gives the turn back. False: the process has
 * ended.
 * host_seccomp_end - tell the signal handlers that the turn is back, or was not given.
 */
bool host_seccomp_begin(struct seccomp_space *space);
void host_seccomp_end(struct seccomp_space *space);

/*
 * host_seccomp_turn - give the turn to @space, which does what its mailbox says, and wait until the
 * turn is back.
 */
void host_seccomp_turn(struct seccomp_space *space);

/*
 * host_seccomp_reset - lead the guest thread of @space from any place to the stub's stub_wait, with
 * no signal on its way. -errno: this failed, so the process must not get another user.
 */
int host_seccomp_reset(struct seccomp_space *space);

/* Called by signal handlers; see struct engine_ops. */
void host_seccomp_kick(void);
void host_seccomp_child_ended(void);

#endif /* UM_HOST_SECCOMP_PROCESS_H */
