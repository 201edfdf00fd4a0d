/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover.h - passing the turn between the machine's thread and a guest thread
 */
#ifndef UM_HOST_HANDOVER_H
#define UM_HOST_HANDOVER_H

#include "guest/seccomp_space.h"

void host_handover_init(void);

/*
 * host_handover - let the guest thread of @space go on and wait until it gives the turn back.
 * host_handover_reset - send it the reset signal with @epoch and wait for the same; -errno: it
 * is gone.
 * Both block; signal handlers run meanwhile.
 */
void host_handover(struct seccomp_space *space);
int host_handover_reset(struct seccomp_space *space, uint64_t epoch);

/*
 * host_handover_by_mapper - the same by way of the mapper, which first carries out the batch in
 * the space's data: two switches less. False, and nothing done, where that does not pay or
 * where the guest thread may not have stopped.
 */
bool host_handover_by_mapper(struct seccomp_space *space);

/*
 * host_handover_is_stuck - from a signal handler: the turn was given to a space all of whose
 * threads sleep, so nobody will give it back. Guest code can do that, the stub never does.
 */
bool host_handover_is_stuck(struct seccomp_space *space);

/*
 * host_handover_sleeps - the guest thread of @space sleeps in the stub, for sure: the host says so,
 * and it sleeps on until we wake it. False: it may not.
 */
bool host_handover_sleeps(struct seccomp_space *space);

/* host_handover_idle - the machine goes to sleep. host_handover_forget - @space ends. */
void host_handover_idle(void);
void host_handover_forget(struct seccomp_space *space);

#endif /* UM_HOST_HANDOVER_H */
