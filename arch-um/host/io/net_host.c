// SPDX-License-Identifier: GPL-2.0-only
/*
 * net_host.c - send and receive frames through sockets and tap devices of the host
 *
 * Called by the eth driver on the machine's thread in the kernel process, with softirqs off or in
 * task context. A socket transfers many frames per call. No call interrupts another, so all share
 * one array of messages.
 */
#include <um/host.h>
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_socket.h"

#define BATCH 32
#define SOCKET_BUFFER (4 << 20)		/* requested size; the host may grant less */

static struct lx_mmsghdr messages[BATCH];

int host_net_connect(const char *path, bool stream)
{
	struct sockaddr_un address = { .sun_family = LX_AF_UNIX };
	size_t length = strlen(path);
	int size = SOCKET_BUFFER, fd, error;

	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, length);
	fd = lx_socket(LX_AF_UNIX, (stream ? LX_SOCK_STREAM : LX_SOCK_SEQPACKET) |
		       LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	lx_setsockopt(fd, LX_SOL_SOCKET, LX_SO_SNDBUF, &size, sizeof(size));
	error = lx_connect(fd, &address, sizeof(address));
	if (error) {
		lx_close(fd);
		return error;
	}
	return fd;
}

int host_net_inherit(int fd, enum host_net *transport)
{
	int type, size = sizeof(type), flags, new_fd, error;
	struct stat st;

	error = lx_fstat(fd, &st);
	if (error)
		return error;
	if ((st.st_mode & S_IFMT) == S_IFSOCK) {
		error = lx_getsockopt(fd, LX_SOL_SOCKET, LX_SO_TYPE, &type, &size);
		if (error)
			return error;
		if (type == LX_SOCK_STREAM)
			return -EPROTOTYPE;
		*transport = HOST_NET_MESSAGES;
	} else if ((st.st_mode & S_IFMT) == S_IFCHR) {
		*transport = HOST_NET_DEVICE;
	} else {
		return -EINVAL;
	}
	new_fd = lx_fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (new_fd < 0)
		return new_fd;
	flags = lx_fcntl(new_fd, F_GETFL, 0);
	lx_fcntl(new_fd, F_SETFL, flags | O_NONBLOCK);
	return new_fd;
}

static void message_set(struct lx_mmsghdr *message, const struct host_frame *frame)
{
	*message = (struct lx_mmsghdr) {
		.message = { .iov = (struct iovec *)frame->vec, .nr_iov = frame->nr_vec },
	};
}

int host_net_send(int fd, enum host_net transport, const struct host_frame *frames,
		  unsigned int nr)
{
	ssize_t size;
	unsigned int i;

	if (transport == HOST_NET_DEVICE) {
		size = lx_writev(fd, (const struct iovec *)frames[0].vec, frames[0].nr_vec);
		return size < 0 ? size : 1;
	}
	if (nr > BATCH)
		nr = BATCH;
	for (i = 0; i < nr; i++)
		message_set(&messages[i], &frames[i]);
	return lx_sendmmsg(fd, messages, nr, LX_MSG_DONTWAIT | LX_MSG_NOSIGNAL);
}

int host_net_receive(int fd, enum host_net transport, struct host_frame *frames,
		     unsigned int nr)
{
	unsigned int i;
	ssize_t size;
	int got;

	if (transport == HOST_NET_DEVICE) {
		size = lx_readv(fd, (const struct iovec *)frames[0].vec, frames[0].nr_vec);
		if (size <= 0)
			return size;
		frames[0].size = size;
		frames[0].truncated = false;
		return 1;
	}
	if (nr > BATCH)
		nr = BATCH;
	for (i = 0; i < nr; i++)
		message_set(&messages[i], &frames[i]);
	got = lx_recvmmsg(fd, messages, nr, LX_MSG_DONTWAIT);
	for (i = 0; (int)i < got; i++) {
		frames[i].size = messages[i].size;
		frames[i].truncated = messages[i].message.flags & LX_MSG_TRUNC;
		/* An empty message is the end of the connection; peers send no empty frames. */
		if (!frames[i].size)
			return i;
	}
	return got;
}
