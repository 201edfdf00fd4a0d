// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_client.c - ask the hostfs server to access host folders
 *
 * Implements the "host file system" section of um/host.h in the kernel process. The hostfs driver
 * calls these functions in task context on the machine's thread. The kernel is not preemptible and
 * interrupts never use hostfs, so there is one request at a time.
 */
#include "hostfs/hostfs_client.h"
#include <um/host.h>
#include "hostfs/hostfs_roots.h"
#include "hostfs/hostfs_sandbox.h"
#include "hostfs/hostfs_server.h"
#include "hostfs/hostfs_wire.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"
#include "lx/lx_socket.h"
#include "process/environment.h"

static int server_fd = -1;
static int closes[HOSTFS_CLOSES];	/* nodes to close with the next request */
static unsigned int nr_closes;

union fd_control {
	struct lx_cmsghdr header;
	char space[sizeof(struct lx_cmsghdr) + sizeof(long)];
};

/* ---- one request ---- */

static int request_send(struct hostfs_request *request, const void *data)
{
	struct iovec iov[2] = {
		{ request, sizeof(*request) }, { (void *)data, request->data_size },
	};
	struct lx_msghdr message = { .iov = iov, .nr_iov = request->data_size ? 2 : 1 };
	ssize_t size;

	request->nr_closes = nr_closes;
	memcpy(request->closes, closes, sizeof(closes));
	nr_closes = 0;
	size = lx_sendmsg(server_fd, &message, LX_MSG_NOSIGNAL);
	return size < 0 ? size : 0;
}

/* The descriptor that came with a message, or -1. */
static int control_fd(const union fd_control *control, const struct lx_msghdr *message)
{
	int fd = -1;

	if (message->control_size >= sizeof(control->header) + sizeof(fd) &&
	    control->header.type == LX_SCM_RIGHTS)
		memcpy(&fd, &control->header + 1, sizeof(fd));
	return fd;
}

/*
 * Send @request with @data and wait for the answer. Up to request->size bytes of data go to
 * @answer, the attributes to *@st, and a descriptor to *@fd; each may be NULL. Returns the result.
 */
static int64_t ask(struct hostfs_request *request, const void *data, void *answer,
		   struct host_stat *st, int *fd)
{
	struct hostfs_reply reply;
	union fd_control control;
	struct iovec iov[2] = { { &reply, sizeof(reply) }, { answer, request->size } };
	struct lx_msghdr message = {
		.iov = iov, .nr_iov = answer ? 2 : 1,
		.control = &control, .control_size = sizeof(control),
	};
	int error = server_fd < 0 ? -EIO : 0, passed;
	ssize_t size;

	if (*request->name == '/' || *request->to_name == '/')
		error = -ENAMETOOLONG;
	if (!error)
		error = request_send(request, data);
	if (error)
		return error;
	size = lx_recvmsg(server_fd, &message, LX_MSG_CMSG_CLOEXEC);
	if (size < (ssize_t)sizeof(reply))
		return -EIO;
	passed = control_fd(&control, &message);
	if (fd)
		*fd = passed;
	else if (passed >= 0)
		lx_close(passed);
	if (reply.result >= 0 && fd && passed < 0)
		return -EMFILE;
	if (reply.result >= 0 && st)
		*st = reply.stat;
	return reply.result;
}

static void name_set(char to[HOSTFS_NAME_SIZE], const char *name)
{
	size_t size = strlen(name) + 1;

	/* A name that is too long becomes "/", which ask() refuses. */
	if (size > HOSTFS_NAME_SIZE)
		memcpy(to, "/", 2);
	else
		memcpy(to, name, size);
}

#define REQUEST(op_, node_, name_, ...) \
	struct hostfs_request request = { .op = (op_), .node = (node_), __VA_ARGS__ }; \
	name_set(request.name, name_)

/* ---- the server ---- */

static int server_inherit(const char *value)
{
	int fd = 0;

	for (; *value >= '0' && *value <= '9' && fd < 1 << 20; value++)
		fd = fd * 10 + *value - '0';
	lx_fcntl(fd, F_SETFD, FD_CLOEXEC);
	server_fd = fd;
	{
		REQUEST(HOSTFS_HELLO, 0, "");
		return ask(&request, NULL, NULL, NULL, NULL);
	}
}

int host_fs_start(char *text, size_t size)
{
	const char *before = host_environment_get(HOSTFS_VARIABLE);
	unsigned int walls = 0;
	int fd;

	*text = '\0';
	if (*before) {
		snprintf(text, size, "as before the restart");
		return server_inherit(before);
	}
	if (!hostfs_nr_roots_open)
		return 0;
	fd = hostfs_server_start(&walls);
	hostfs_roots_close();
	if (fd < 0)
		return fd;
	server_fd = fd;
	snprintf(text, size, "%s%s",
		 walls & HOSTFS_SANDBOX_FILES ? "only its folders (Landlock)" :
						"no Landlock on this host",
		 walls & HOSTFS_SANDBOX_CALLS ? "; filtered system calls" :
						"; no system call filter on this host");
	return 0;
}

char **hostfs_client_environment(char **envp)
{
	static char variable[sizeof(HOSTFS_VARIABLE) + 12];
	static char *next[512];
	unsigned int i, n = 0;

	if (server_fd < 0)
		return envp;
	for (i = 0; envp[i] && n < sizeof(next) / sizeof(next[0]) - 2; i++)
		if (strncmp(envp[i], HOSTFS_VARIABLE "=", sizeof(HOSTFS_VARIABLE)))
			next[n++] = envp[i];
	lx_fcntl(server_fd, F_SETFD, 0);
	snprintf(variable, sizeof(variable), HOSTFS_VARIABLE "=%d", server_fd);
	next[n] = variable;
	return next;
}

/* ---- nodes and files ---- */

int host_fs_root(const char *name, bool *read_only)
{
	struct hostfs_reply reply;
	struct iovec iov = { &reply, sizeof(reply) };
	struct lx_msghdr message = { .iov = &iov, .nr_iov = 1 };
	REQUEST(HOSTFS_ROOT, 0, "", .data_size = strlen(name));
	int error = server_fd < 0 ? -EIO : request_send(&request, name);

	if (error)
		return error;
	if (lx_recvmsg(server_fd, &message, LX_MSG_CMSG_CLOEXEC) < (ssize_t)sizeof(reply))
		return -EIO;
	if (reply.result >= 0)
		*read_only = reply.flags & HOSTFS_ROOT_READ_ONLY;
	return reply.result;
}

int host_fs_walk(int node, const char *path, struct host_stat *st)
{
	REQUEST(HOSTFS_WALK, node, "", .data_size = strlen(path));

	return ask(&request, path, NULL, st, NULL);
}

int host_fs_open(int node, const char *name, unsigned int flags, unsigned int mode,
		 struct host_stat *st)
{
	REQUEST(HOSTFS_OPEN, node, name, .flags = flags, .mode = mode);
	int fd = -1, error = ask(&request, NULL, NULL, st, &fd);

	return error < 0 ? error : fd;
}

int host_fs_open_unnamed(int node, unsigned int mode, struct host_stat *st, int *file_node)
{
	REQUEST(HOSTFS_UNNAMED, node, ".", .mode = mode);
	int fd = -1, result = ask(&request, NULL, NULL, st, &fd);

	if (result < 0) {
		if (fd >= 0)
			lx_close(fd);
		return result;
	}
	*file_node = result;
	return fd;
}

int host_fs_hold(int node, const char *name, struct host_stat *st)
{
	REQUEST(HOSTFS_HOLD, node, name);

	return ask(&request, NULL, NULL, st, NULL);
}

void host_fs_close(int node)
{
	if (nr_closes == HOSTFS_CLOSES) {
		REQUEST(HOSTFS_CLOSE, 0, "");
		if (server_fd >= 0)
			request_send(&request, NULL);
		nr_closes = 0;
	}
	closes[nr_closes++] = node;
}

/* ---- directories ---- */

int host_fs_list(int node)
{
	REQUEST(HOSTFS_LIST, node, "");

	return ask(&request, NULL, NULL, NULL, NULL);
}

ssize_t host_fs_readdir(int list, int64_t position, void *buf, size_t size)
{
	REQUEST(HOSTFS_READDIR, list, "", .position = position,
		.size = size < HOSTFS_DATA_SIZE ? size : HOSTFS_DATA_SIZE);

	return ask(&request, NULL, buf, NULL, NULL);
}

int host_fs_statfs(int node, struct host_statfs *st)
{
	REQUEST(HOSTFS_STATFS, node, "", .size = sizeof(*st));

	return ask(&request, NULL, st, NULL, NULL);
}

int host_fs_sync(int node, bool all)
{
	REQUEST(HOSTFS_SYNC, node, "", .flags = all);

	return ask(&request, NULL, NULL, NULL, NULL);
}

/* ---- names ---- */

int host_fs_stat(int node, const char *name, struct host_stat *st)
{
	REQUEST(HOSTFS_STAT, node, name);

	return ask(&request, NULL, NULL, st, NULL);
}

int host_fs_make(int node, const char *name, unsigned int mode)
{
	REQUEST(HOSTFS_MAKE, node, name, .mode = mode);

	return ask(&request, NULL, NULL, NULL, NULL);
}

int host_fs_symlink(int node, const char *name, const char *target)
{
	REQUEST(HOSTFS_SYMLINK, node, name, .data_size = strlen(target));

	return ask(&request, target, NULL, NULL, NULL);
}

int host_fs_link(int from, const char *from_name, int to, const char *to_name)
{
	REQUEST(HOSTFS_LINK, from, from_name, .to_node = to);

	name_set(request.to_name, to_name);
	return ask(&request, NULL, NULL, NULL, NULL);
}

int host_fs_remove(int node, const char *name, bool directory)
{
	REQUEST(HOSTFS_REMOVE, node, name, .flags = directory);

	return ask(&request, NULL, NULL, NULL, NULL);
}

int host_fs_rename(int from, const char *from_name, int to, const char *to_name,
		   unsigned int flags)
{
	REQUEST(HOSTFS_RENAME, from, from_name, .to_node = to, .flags = flags);

	name_set(request.to_name, to_name);
	return ask(&request, NULL, NULL, NULL, NULL);
}

ssize_t host_fs_readlink(int node, const char *name, char *buf, size_t size)
{
	REQUEST(HOSTFS_READLINK, node, name, .size = size);

	return ask(&request, NULL, buf, NULL, NULL);
}

/* ---- attributes ---- */

int host_fs_change(int node, const char *name, const struct host_change *change)
{
	REQUEST(HOSTFS_CHANGE, node, name, .change = *change);

	return ask(&request, NULL, NULL, NULL, NULL);
}

ssize_t host_fs_xattr_get(int node, const char *name, const char *attribute, void *value,
			  size_t size)
{
	REQUEST(HOSTFS_XATTR_GET, node, name,
		.size = size < HOSTFS_DATA_SIZE ? size : HOSTFS_DATA_SIZE);

	name_set(request.to_name, attribute);
	return ask(&request, NULL, size ? value : NULL, NULL, NULL);
}

ssize_t host_fs_xattr_list(int node, const char *name, char *list, size_t size)
{
	REQUEST(HOSTFS_XATTR_LIST, node, name,
		.size = size < HOSTFS_DATA_SIZE ? size : HOSTFS_DATA_SIZE);

	return ask(&request, NULL, size ? list : NULL, NULL, NULL);
}

int host_fs_xattr_set(int node, const char *name, const char *attribute, const void *value,
		      size_t size, int flags)
{
	REQUEST(value ? HOSTFS_XATTR_SET : HOSTFS_XATTR_REMOVE, node, name, .flags = flags,
		.data_size = value ? size : 0);

	if (request.data_size > HOSTFS_DATA_SIZE)
		return -E2BIG;
	name_set(request.to_name, attribute);
	return ask(&request, value, NULL, NULL, NULL);
}

/* ---- this process ---- */

void host_fs_owner(uint32_t *uid, uint32_t *gid)
{
	*uid = lx_geteuid();
	*gid = lx_getegid();
}

unsigned int host_fs_max_descriptors(void)
{
	struct rlimit64 limit;

	if (lx_prlimit64(0, RLIMIT_NOFILE, NULL, &limit))
		return 256;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		lx_prlimit64(0, RLIMIT_NOFILE, &limit, NULL);
		lx_prlimit64(0, RLIMIT_NOFILE, NULL, &limit);
	}
	return limit.rlim_cur < 1048576 ? limit.rlim_cur : 1048576;
}
