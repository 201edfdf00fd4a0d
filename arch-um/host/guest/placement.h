/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * placement.h - which host processors the machine's thread and the guest threads run on
 *
 * For the engines and idle.c.
 */
#ifndef UM_HOST_PLACEMENT_H
#define UM_HOST_PLACEMENT_H

#include <um/types.h>

/*
 * host_placement_init - learn which processors there are, and keep to the current one.
 * host_placement_release - the machine is about to sleep: let the host choose another processor.
 * host_placement_take - the machine is awake: keep to the current processor.
 */
void host_placement_init(void);
void host_placement_release(void);
void host_placement_take(void);

/*
 * host_placement_guests - from now on guest code runs on another processor (@apart) or on the
 * machine's. False: there is only one processor.
 */
bool host_placement_guests(bool apart);

/*
 * host_placement_follow - bring thread @tid to the machine's processor: the mapper of the seccomp
 * engine, the only thread of the ptrace engine. host_placement_follow_guest - bring the guest
 * thread @tid to where guest code runs, or to the machine's processor (@beside). *@known
 * remembers where the thread is: its processor plus 1, or 0 for a new thread.
 */
void host_placement_follow(int tid, unsigned int *known);
void host_placement_follow_guest(int tid, bool beside, unsigned int *known);

#endif /* UM_HOST_PLACEMENT_H */
