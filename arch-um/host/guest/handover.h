/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover.h - pass the turn between the machine's thread and a guest thread
 *
 * Used by the seccomp engine only (engine_seccomp.c, seccomp_process.c).
 */
#ifndef UM_HOST_HANDOVER_H
#define UM_HOST_HANDOVER_H

#include "guest/seccomp_space.h"

/* host_handover_init - measure the processor's clock and its pause instruction. */
void host_handover_init(void);

/*
 * host_handover - let the guest thread of @space run and wait until it gives the turn back.
 * host_handover_reset - send the guest thread the reset signal with @epoch and wait until it gives
 * the turn back. -errno: the thread is gone.
 * Both calls block; signal handlers run meanwhile.
 */
void host_handover(struct seccomp_space *space);
int host_handover_reset(struct seccomp_space *space, uint64_t epoch);

/*
 * host_handover_by_mapper - like host_handover(), but the mapper first carries out the batch in the
 * space's data and passes the turn on, which saves two context switches. False: nothing has been
 * done, because it does not pay now, or because the guest thread may still be running.
 */
bool host_handover_by_mapper(struct seccomp_space *space);

/* host_handover_mapper_sleeps - has the mapper of @space no work? Called by a signal handler. */
bool host_handover_mapper_sleeps(struct seccomp_space *space);

/*
 * host_handover_is_stuck - do all threads of @space sleep although @space has the turn? Then nobody
 * will give the turn back. Guest code can cause this, but the stub alone cannot. Called by a signal
 * handler.
 */
bool host_handover_is_stuck(struct seccomp_space *space);

/*
 * host_handover_unnoticed - is the turn back, although the machine's thread still waits for it?
 * Then guest code may have kept the stub from waking this thread, which now finds out by itself
 * unless guest code interferes again. Called by a signal handler.
 */
bool host_handover_unnoticed(struct seccomp_space *space);

/*
 * host_handover_sleeps - does the host say that the guest thread of @space sleeps in the stub? Then
 * the thread sleeps until we wake it. False: the thread may be running.
 */
bool host_handover_sleeps(struct seccomp_space *space);

/*
 * host_handover_idle - stop all spinning, because the machine is about to sleep.
 * host_handover_forget - forget @space, which is about to end or has ended.
 */
void host_handover_idle(void);
void host_handover_forget(struct seccomp_space *space);

#endif /* UM_HOST_HANDOVER_H */
