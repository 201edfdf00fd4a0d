/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll.h - give idle.c a descriptor that is readable while others are ready
 *
 * The host_poll_*() calls for kernel code are declared in um/host.h.
 */
#ifndef UM_HOST_POLL_H
#define UM_HOST_POLL_H

/*
 * host_poll_fd - return a descriptor that is readable while host_poll_collect() has something to
 * report. -errno: the host refuses to create it.
 */
int host_poll_fd(void);

#endif /* UM_HOST_POLL_H */
