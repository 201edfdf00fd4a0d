// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_server.c - the process that accesses host folders for the guest
 *
 * Theory of operation
 *
 * Root in the guest can take over the kernel process. Calls that change metadata by path (fchmodat,
 * utimensat, linkat ...) are outside Landlock, so a taken-over kernel process could make them on
 * any file of the user. So the kernel process has no such calls. A separate process, the server,
 * is forked before the kernel process confines itself. The server holds the folders of hostfs=
 * open and carries out requests (hostfs_wire.h) after it has checked them (hostfs_calls.c).
 *
 * Reading and writing do not pass the server: the kernel process gets a descriptor of each regular
 * file that the guest opens. Only opens, names and attributes cost a request, which is about twice
 * a change of the running process.
 *
 * A restart executes the program again in the kernel process. The server goes on, so the folders
 * are those of the first start, whatever their paths lead to now. The new program learns the
 * socket from the environment (HOSTFS_VARIABLE) and asks the server for the roots by their names;
 * what the server says about them counts. The server ends together with the kernel process.
 */
#include "hostfs/hostfs_server.h"
#include "hostfs/hostfs_calls.h"
#include "hostfs/hostfs_nodes.h"
#include "hostfs/hostfs_roots.h"
#include "hostfs/hostfs_sandbox.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"
#include "lx/lx_socket.h"
#include "process/side_process.h"

enum {
	SERVER_FD = 3,
	FIRST_ROOT_FD = 4,
	SOCKET_BUFFER = 1 << 18,
};

/* The request, its data, and a zero that ends strings in the data. */
static struct {
	struct hostfs_request request;
	char data[HOSTFS_DATA_SIZE + 1];
} incoming;
static struct hostfs_reply reply;
static char answer[HOSTFS_DATA_SIZE];

union fd_control {
	struct lx_cmsghdr header;
	char space[sizeof(struct lx_cmsghdr) + sizeof(long)];
};

/* Receive a request and return its size. Descriptors that come with it are refused by the host. */
static ssize_t request_receive(void)
{
	struct iovec iov = { &incoming, sizeof(incoming) - 1 };
	struct lx_msghdr message = { .iov = &iov, .nr_iov = 1 };
	ssize_t size = lx_recvmsg(SERVER_FD, &message, LX_MSG_CMSG_CLOEXEC);

	return size > 0 && message.flags & LX_MSG_TRUNC ? 1 : size;
}

static void reply_send(int fd)
{
	union fd_control control = {
		.header = {
			.size = sizeof(control.header) + sizeof(fd),
			.level = LX_SOL_SOCKET, .type = LX_SCM_RIGHTS,
		},
	};
	struct iovec iov[2] = { { &reply, sizeof(reply) }, { answer, reply.data_size } };
	struct lx_msghdr message = { .iov = iov, .nr_iov = reply.data_size ? 2 : 1 };

	if (fd >= 0) {
		memcpy(&control.header + 1, &fd, sizeof(fd));
		message.control = &control;
		message.control_size = sizeof(control);
	}
	if (lx_sendmsg(SERVER_FD, &message, LX_MSG_NOSIGNAL) < 0)
		lx_exit_group(0);
	if (fd >= 0)
		lx_close(fd);
}

static void request_run(ssize_t size)
{
	struct hostfs_call call = {
		.request = &incoming.request, .data = incoming.data, .reply = &reply,
		.answer = answer, .fd = -1,
	};

	memset(&reply, 0, sizeof(reply));
	if (!hostfs_request_good(call.request, size)) {
		reply.result = -EINVAL;
	} else {
		incoming.data[call.request->data_size] = '\0';
		hostfs_call_run(&call);
		if (call.request->op == HOSTFS_CLOSE)
			return;
	}
	if (reply.result < 0)
		reply.data_size = 0;
	reply_send(call.fd);
}

/* Move the socket and the roots to the first numbers and close all other descriptors. */
static void descriptors_keep(int fd)
{
	unsigned int i, end = FIRST_ROOT_FD + hostfs_nr_roots_open;
	int high;

	/* Move all out of the way first, because a target may be a number that is in use. */
	fd = lx_fcntl(fd, F_DUPFD_CLOEXEC, end);
	for (i = 0; i < hostfs_nr_roots_open; i++) {
		high = lx_fcntl(hostfs_roots_open[i].fd, F_DUPFD_CLOEXEC, end);
		hostfs_roots_open[i].fd = high;
	}
	lx_dup3(fd, SERVER_FD, O_CLOEXEC);
	for (i = 0; i < hostfs_nr_roots_open; i++) {
		lx_dup3(hostfs_roots_open[i].fd, FIRST_ROOT_FD + i, O_CLOEXEC);
		hostfs_roots_open[i].fd = FIRST_ROOT_FD + i;
	}
	lx_close_range(end, ~0U, 0);
}

static void limit_raise(void)
{
	struct rlimit64 limit;

	if (lx_prlimit64(0, RLIMIT_NOFILE, NULL, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	lx_prlimit64(0, RLIMIT_NOFILE, &limit, NULL);
}

/* Main function of the server, which ends together with the kernel process. */
__attribute__((noreturn)) static void server_main(int fd, int parent)
{
	ssize_t size;

	host_side_process_begin("umlab-hostfs", parent);
	descriptors_keep(fd);
	limit_raise();
	/* The guest has applied its own umask already, so apply none here. */
	lx_umask(0);
	hostfs_nodes_roots();
	reply.result = 0;
	reply.flags = hostfs_sandbox_enter();
	reply_send(-1);
	for (;;) {
		size = request_receive();
		if (size <= 0)
			lx_exit_group(0);
		request_run(size);
	}
}

int hostfs_server_start(unsigned int *walls)
{
	int pair[2], parent = lx_getpid(), size = SOCKET_BUFFER, pid, error, i;
	struct hostfs_reply hello;

	error = lx_socketpair(LX_AF_UNIX, LX_SOCK_SEQPACKET | LX_SOCK_CLOEXEC, 0, pair);
	if (error)
		return error;
	for (i = 0; i < 2; i++)
		lx_setsockopt(pair[i], LX_SOL_SOCKET, LX_SO_SNDBUF, &size, sizeof(size));
	pid = lx_clone(0, NULL, NULL, NULL, 0);
	if (pid == 0)
		server_main(pair[1], parent);
	lx_close(pair[1]);
	if (pid < 0) {
		lx_close(pair[0]);
		return pid;
	}
	if (lx_read(pair[0], &hello, sizeof(hello)) != sizeof(hello)) {
		lx_close(pair[0]);
		return -ECHILD;
	}
	*walls = hello.flags;
	return pair[0];
}
