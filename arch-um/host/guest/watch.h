/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch.h - find guest threads that run on although they have given the turn away
 *
 * Used by the seccomp engine only (engine_seccomp.c, seccomp_process.c).
 */
#ifndef UM_HOST_WATCH_H
#define UM_HOST_WATCH_H

#include "guest/seccomp_space.h"

/*
 * host_watch_begin - @space is about to run: watch it from now on. May condemn its process.
 * host_watch_forget - stop watching @space, which is about to end or has ended.
 */
void host_watch_begin(struct seccomp_space *space);
void host_watch_forget(struct seccomp_space *space);

/*
 * host_watch_look - look at all spaces that ran since their guest thread was last seen asleep, and
 * kill the processes of those whose guest code runs without the turn (`condemned`). Called while no
 * space has the turn. True: some thread does not sleep yet, so call again soon.
 */
bool host_watch_look(void);

#endif /* UM_HOST_WATCH_H */
