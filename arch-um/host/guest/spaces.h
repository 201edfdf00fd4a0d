/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spaces.h - what process/ asks of the guest processes as a whole
 *
 * The calls that kernel code makes (host_space_*, host_guest_*) are declared in um/host.h.
 */
#ifndef UM_HOST_SPACES_H
#define UM_HOST_SPACES_H

/* host_guest_kick - stop guest code soon, so that the run loop sees an event. Signal handlers. */
void host_guest_kick(void);

/* host_guest_child_ended - a child process ended (SIGCHLD). Signal handler. */
void host_guest_child_ended(void);

/* host_guest_idle - the machine is about to sleep. */
void host_guest_idle(void);

/* host_guest_shutdown - end all guest processes; before exit or restart. */
void host_guest_shutdown(void);

#endif /* UM_HOST_SPACES_H */
