/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spaces.h - let process/ stop, notify and end the guest processes
 *
 * The calls that kernel code makes (host_space_*, host_guest_*) are declared in um/host.h.
 */
#ifndef UM_HOST_SPACES_H
#define UM_HOST_SPACES_H

#include <um/types.h>

/* host_guest_kick - stop guest code soon, so that the run loop sees an event. Signal handlers. */
void host_guest_kick(void);

/* host_guest_child_ended - note that a child process has ended (SIGCHLD). Signal handlers. */
void host_guest_child_ended(void);

/*
 * host_guest_idle - tell the engine that the machine is about to sleep. True: a guest thread has
 * not stopped yet, so call again soon.
 */
bool host_guest_idle(void);

/* host_guest_shutdown - end all guest processes. Called before exit or restart. */
void host_guest_shutdown(void);

#endif /* UM_HOST_SPACES_H */
