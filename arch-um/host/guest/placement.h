/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * placement.h - which host processors the machine's thread and its guests run on
 */
#ifndef UM_HOST_PLACEMENT_H
#define UM_HOST_PLACEMENT_H

#include "guest/engine.h"

/*
 * init - learn what processors there are and keep to one. release - let the host move the
 * machine to another. take - keep to the one it is on.
 */
void host_placement_init(void);
void host_placement_release(void);
void host_placement_take(void);

/* guests - from now on guest code runs on a processor of its own, or not. False: there is none. */
bool host_placement_guests(bool apart);

/*
 * follow - bring the process of @space to the machine's processor (the ptrace engine's only
 * thread, the seccomp engine's mapper); follow_guest - its guest thread to where guests run, or
 * to the machine's processor (@beside).
 */
void host_placement_follow(struct host_space *space);
void host_placement_follow_guest(struct host_space *space, bool beside);

#endif /* UM_HOST_PLACEMENT_H */
