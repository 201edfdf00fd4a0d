/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poll.h - the descriptor by which idle.c sees that something became ready
 *
 * host_poll_*() of kernel code are declared in um/host.h.
 */
#ifndef UM_HOST_POLL_H
#define UM_HOST_POLL_H

/*
 * host_poll_fd - a descriptor that is readable while host_poll_collect() has something to do.
 * -errno when the host refuses one.
 */
int host_poll_fd(void);

#endif /* UM_HOST_POLL_H */
