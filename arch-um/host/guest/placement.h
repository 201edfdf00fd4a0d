/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * placement.h - choose the host processors of the machine's thread and of the guest threads
 *
 * For the engines and idle.c.
 */
#ifndef UM_HOST_PLACEMENT_H
#define UM_HOST_PLACEMENT_H

#include <um/types.h>

/*
 * host_placement_init - find out which processors there are, and keep to the current one.
 * host_placement_release - let the host choose another processor while the machine sleeps.
 * host_placement_take - keep to the current processor again, after the machine has slept.
 */
void host_placement_init(void);
void host_placement_release(void);
void host_placement_take(void);

/*
 * host_placement_guests - let guest code run on another processor from now on (@apart), or on the
 * machine's. False: there is only one processor.
 */
bool host_placement_guests(bool apart);

/*
 * host_placement_follow - bring thread @tid to the machine's processor. For the mapper of the
 * seccomp engine, and for the only thread of a space of the ptrace engine.
 * host_placement_follow_guest - bring the guest thread @tid to the processor where guest code runs,
 * or to the machine's processor (@beside).
 * *@known remembers where the thread is: its processor's number plus 1, or 0 for a new thread.
 */
void host_placement_follow(int tid, unsigned int *known);
void host_placement_follow_guest(int tid, bool beside, unsigned int *known);

#endif /* UM_HOST_PLACEMENT_H */
