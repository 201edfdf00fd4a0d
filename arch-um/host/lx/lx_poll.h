/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_poll.h - wait until descriptors are ready
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_POLL_H
#define UM_LX_POLL_H

#include "lx/lx_call.h"
#include <linux/eventfd.h>
#include <linux/eventpoll.h>
#include <linux/poll.h>
#include "lx/lx_signal.h"
#include "lx/lx_time.h"

static inline int lx_eventfd2(unsigned int value, int flags)
{
	return lx_syscall2(__NR_eventfd2, value, flags);
}

static inline int lx_epoll_create1(int flags)
{
	return lx_syscall1(__NR_epoll_create1, flags);
}

static inline int lx_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	return lx_syscall4(__NR_epoll_ctl, epoll_fd, operation, fd, (long)event);
}

/* May return -EINTR; @mask may be NULL. */
static inline int lx_epoll_pwait(int epoll_fd, struct epoll_event *events, int nr_events,
				 int timeout_ms, const lx_sigset *mask)
{
	return lx_syscall6(__NR_epoll_pwait, epoll_fd, (long)events, nr_events, timeout_ms,
			   (long)mask, sizeof(*mask));
}

/* May return -EINTR. @timeout (updated) and @mask may be NULL. */
static inline int lx_ppoll(struct pollfd *fds, unsigned int nr_fds,
			   struct __kernel_timespec *timeout, const lx_sigset *mask)
{
	return lx_syscall5(__NR_ppoll, (long)fds, nr_fds, (long)timeout, (long)mask,
			   sizeof(*mask));
}

#endif /* UM_LX_POLL_H */
