/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_socket.h - use sockets, and send messages that carry descriptors
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_SOCKET_H
#define UM_LX_SOCKET_H

#include "lx/lx_call.h"
#include <linux/socket.h>
#include <linux/uio.h>
#include <linux/un.h>

enum lx_socket {
	LX_AF_UNIX = 1,
	LX_SOCK_STREAM = 1,
	LX_SOCK_SEQPACKET = 5,
	LX_SOCK_NONBLOCK = 04000,
	LX_SOCK_CLOEXEC = 02000000,
	LX_SOL_SOCKET = 1,
	LX_SCM_RIGHTS = 1,
	LX_SO_TYPE = 3,
	LX_SO_SNDBUF = 7,
	LX_MSG_TRUNC = 0x20,
	LX_MSG_DONTWAIT = 0x40,
	LX_MSG_NOSIGNAL = 0x4000,
	LX_MSG_CMSG_CLOEXEC = 0x40000000,
};

struct lx_msghdr {
	void *name;
	int name_size;
	struct iovec *iov;
	size_t nr_iov;
	void *control;
	size_t control_size;
	unsigned int flags;
};
_Static_assert(sizeof(struct lx_msghdr) == 56, "layout that sendmsg expects");

struct lx_mmsghdr {
	struct lx_msghdr message;
	unsigned int size;		/* bytes transferred */
};
_Static_assert(sizeof(struct lx_mmsghdr) == 64, "layout that sendmmsg expects");

struct lx_cmsghdr {
	size_t size;			/* header included */
	int level;
	int type;
};
_Static_assert(sizeof(struct lx_cmsghdr) == 16, "layout that sendmsg expects");

static inline int lx_socket(int family, int type, int protocol)
{
	return lx_syscall3(__NR_socket, family, type, protocol);
}

static inline int lx_socketpair(int family, int type, int protocol, int fds[2])
{
	return lx_syscall4(__NR_socketpair, family, type, protocol, (long)fds);
}

static inline int lx_bind(int fd, const void *address, int size)
{
	return lx_syscall3(__NR_bind, fd, (long)address, size);
}

static inline int lx_listen(int fd, int backlog)
{
	return lx_syscall2(__NR_listen, fd, backlog);
}

static inline int lx_accept4(int fd, void *address, int *size, int flags)
{
	return LX_RETRY(lx_syscall4(__NR_accept4, fd, (long)address, (long)size, flags));
}

/* Never repeated: after -EINTR the host continues to connect in the background. */
static inline int lx_connect(int fd, const void *address, int size)
{
	return lx_syscall3(__NR_connect, fd, (long)address, size);
}

static inline ssize_t lx_sendmsg(int fd, const struct lx_msghdr *message, int flags)
{
	return LX_RETRY(lx_syscall3(__NR_sendmsg, fd, (long)message, flags));
}

static inline ssize_t lx_recvmsg(int fd, struct lx_msghdr *message, int flags)
{
	return LX_RETRY(lx_syscall3(__NR_recvmsg, fd, (long)message, flags));
}

static inline int lx_sendmmsg(int fd, struct lx_mmsghdr *messages, unsigned int nr, int flags)
{
	return LX_RETRY(lx_syscall4(__NR_sendmmsg, fd, (long)messages, nr, flags));
}

static inline int lx_recvmmsg(int fd, struct lx_mmsghdr *messages, unsigned int nr, int flags)
{
	return LX_RETRY(lx_syscall5(__NR_recvmmsg, fd, (long)messages, nr, flags, 0));
}

static inline int lx_setsockopt(int fd, int level, int option, const void *value, int size)
{
	return lx_syscall5(__NR_setsockopt, fd, level, option, (long)value, size);
}

static inline int lx_getsockopt(int fd, int level, int option, void *value, int *size)
{
	return lx_syscall5(__NR_getsockopt, fd, level, option, (long)value, (long)size);
}

#endif /* UM_LX_SOCKET_H */
