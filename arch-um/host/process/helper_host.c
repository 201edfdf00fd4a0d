// SPDX-License-Identifier: GPL-2.0-only
/*
 * helper_host.c - start helpers: programs that do what the kernel process should not do itself
 *
 * Called by network drivers (host_helper_*()) and confinement.c on the machine's thread in the
 * kernel process.
 *
 * A helper is a forked process that executes another program at once. It has default signal
 * handlers and may use all processors. Its descriptors 0 and 1 are /dev/null, 2 is our standard
 * error, 3 is the socket, and no others are open. When this process ends, the helper gets SIGTERM
 * (PR_SET_PDEATHSIG) and sees its socket close. The end of a helper raises no signal in this
 * process, so helpers do not disturb the engines, which wait for their own children.
 *
 * A confined kernel process cannot start a helper. The starter, a process that was forked before
 * confinement, does so on request: it receives the words and the other end of the socket, and
 * answers with the process id. It runs only the helper that the options asked for, as a child of
 * the kernel process.
 */
#include "process/helper_host.h"
#include <um/host.h>
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"
#include "lx/lx_signal.h"
#include "lx/lx_socket.h"
#include "lx/lx_system.h"
#include "process/environment.h"
#include "process/side_process.h"

#define PATH_SIZE 512
#define WORDS_MAX 16
#define EXECUTABLE 1			/* X_OK of access() */
#define SOCKET_BUFFER (4 << 20)

/* Writes "FOLDER/NAME" to @path. Returns 0 if this file can be executed. */
static int candidate_try(const char *folder, size_t length, const char *name, char *path)
{
	if (length + strlen(name) + 2 > PATH_SIZE)
		return -ENAMETOOLONG;
	memcpy(path, folder, length);
	snprintf(path + length, PATH_SIZE - length, "/%s", name);
	return lx_faccessat(AT_FDCWD, path, EXECUTABLE);
}

static struct {
	bool wanted;
	char path[PATH_SIZE];		/* the helper that host_helper_probe() found */
	int fd;				/* socket to the starter; 0: none */
} starter;

static int helper_find(const char *name, char *path)
{
	char self[PATH_SIZE];
	ssize_t size = lx_readlinkat(AT_FDCWD, "/proc/self/exe", self, sizeof(self));
	const char *at, *end;

	while (size > 0 && self[size - 1] != '/')
		size--;
	/* A user who cannot read the folder of this program can name the helper in UMLAB_NET. */
	at = host_environment_get("UMLAB_NET");
	if (*at && strlen(at) < PATH_SIZE && !lx_faccessat(AT_FDCWD, at, EXECUTABLE)) {
		memcpy(path, at, strlen(at) + 1);
		return 0;
	}
	if (size > 0 && !candidate_try(self, size - 1, name, path))
		return 0;
	for (at = host_environment_get("PATH"); *at; at = *end ? end + 1 : end) {
		for (end = at; *end && *end != ':'; end++)
			;
		if (end > at && !candidate_try(at, end - at, name, path))
			return 0;
	}
	return -ENOENT;
}

int host_helper_probe(const char *name)
{
	int error = helper_find(name, starter.path);

	starter.wanted = !error;
	return error;
}

__attribute__((noreturn)) static void helper_become(const char *path, char *const *words,
						    int fd, int parent)
{
	static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGUSR2, SIGQUIT, SIGTTOU };
	struct lx_sigaction standard = { .handler = LX_SIG_DFL };
	const lx_sigset none = 0;
	unsigned int i;
	int null_fd;

	lx_prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (lx_getppid() != parent)
		lx_exit_group(1);
	lx_setpgid(0, 0);
	host_processors_restore();
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		lx_rt_sigaction(ignored[i], &standard, NULL);

	null_fd = lx_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
	lx_dup3(null_fd, 0, 0);
	lx_dup3(null_fd, 1, 0);
	if (fd == 3)
		lx_fcntl(fd, F_SETFD, 0);
	else
		lx_dup3(fd, 3, 0);
	lx_close_range(4, ~0U, 0);
	lx_rt_sigprocmask(SIG_SETMASK, &none, NULL);
	lx_execve(path, words, host_environment());
	lx_exit_group(127);
}

/* ---- the starter ---- */

struct start_request {
	unsigned int nr_words;
	char text[1000];		/* the words, each followed by a zero */
};

union start_control {
	struct lx_cmsghdr header;
	char space[sizeof(struct lx_cmsghdr) + sizeof(long)];
};

/* Main function of the starter, which ends together with the kernel process. */
__attribute__((noreturn)) static void starter_main(int fd, int parent)
{
	static struct start_request request;
	static char *words[WORDS_MAX + 1];
	union start_control control;
	struct iovec iov = { &request, sizeof(request) };
	struct lx_msghdr message;
	unsigned int i;
	ssize_t size;
	char *at;
	int pid;

	host_side_process_begin("umlab-starter", parent);
	lx_dup3(fd, 3, 0);
	lx_close_range(4, ~0U, 0);
	for (;;) {
		message = (struct lx_msghdr) {
			.iov = &iov, .nr_iov = 1,
			.control = &control, .control_size = sizeof(control),
		};
		size = lx_recvmsg(3, &message, LX_MSG_CMSG_CLOEXEC);
		if (size <= 0)
			lx_exit_group(0);
		if (size != sizeof(request) || message.control_size < sizeof(control.header) + 4)
			continue;
		request.text[sizeof(request.text) - 1] = 0;
		at = request.text;
		for (i = 0; i < WORDS_MAX && i < request.nr_words; i++) {
			words[i] = at;
			at += strlen(at);
			at += at < request.text + sizeof(request.text) - 1;
		}
		words[i] = NULL;
		memcpy(&fd, &control.header + 1, sizeof(fd));
		pid = lx_clone(CLONE_PARENT, NULL, NULL, NULL, 0);
		if (pid == 0)
			helper_become(starter.path, words, fd, parent);
		lx_close(fd);
		lx_write(3, &pid, sizeof(pid));
	}
}

void host_starter_start(void)
{
	int pair[2], parent = lx_getpid(), pid;

	if (!starter.wanted ||
	    lx_socketpair(LX_AF_UNIX, LX_SOCK_SEQPACKET | LX_SOCK_CLOEXEC, 0, pair))
		return;
	pid = lx_clone(0, NULL, NULL, NULL, 0);
	if (pid == 0)
		starter_main(pair[1], parent);
	lx_close(pair[1]);
	starter.fd = pair[0];
}

void host_starter_inherit(const char *value)
{
	int fd = 0;

	for (; *value >= '0' && *value <= '9'; value++)
		fd = fd * 10 + *value - '0';
	starter.fd = fd;
	if (fd)
		lx_fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int host_starter_fd(void)
{
	return starter.fd;
}

static int start_by_starter(const char *const *words, unsigned int nr_words, int fd)
{
	static struct start_request request;
	union start_control control = {
		.header = {
			.size = sizeof(control.header) + sizeof(fd),
			.level = LX_SOL_SOCKET, .type = LX_SCM_RIGHTS,
		},
	};
	struct iovec iov = { &request, sizeof(request) };
	struct lx_msghdr message = {
		.iov = &iov, .nr_iov = 1, .control = &control, .control_size = sizeof(control),
	};
	size_t used = 0, length;
	ssize_t size;
	unsigned int i;
	int pid;

	for (i = 0; i < nr_words; i++) {
		length = strlen(words[i]) + 1;
		if (length > sizeof(request.text) - used)
			return -E2BIG;
		memcpy(request.text + used, words[i], length);
		used += length;
	}
	request.nr_words = nr_words;
	memcpy(&control.header + 1, &fd, sizeof(fd));
	size = lx_sendmsg(starter.fd, &message, LX_MSG_NOSIGNAL);
	if (size < 0)
		return size;
	size = lx_read(starter.fd, &pid, sizeof(pid));
	return size == sizeof(pid) ? pid : -ECHILD;
}

static int start_by_fork(const char *const *words, unsigned int nr_words, int fd)
{
	char *copy[WORDS_MAX + 1], path[PATH_SIZE];
	lx_sigset all = ~0ULL, old;
	int parent = lx_getpid(), pid, error;
	unsigned int i;

	error = helper_find(words[0], path);
	if (error)
		return error;
	for (i = 0; i < nr_words; i++)
		copy[i] = (char *)words[i];
	copy[nr_words] = NULL;

	/*
	 * No handler of ours may run in the child, so block signals. Our stack lies in guest RAM,
	 * which parent and child share, so the parent must wait until the child has executed the
	 * other program (CLONE_VFORK).
	 */
	lx_rt_sigprocmask(SIG_SETMASK, &all, &old);
	pid = lx_clone(CLONE_VFORK, NULL, NULL, NULL, 0);
	if (pid == 0)
		helper_become(path, copy, fd, parent);
	lx_rt_sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

int host_helper_start(const char *const *words, unsigned int nr_words, int *fd)
{
	int pair[2], size = SOCKET_BUFFER, pid, error;
	unsigned int i;

	if (nr_words > WORDS_MAX)
		return -E2BIG;
	error = lx_socketpair(LX_AF_UNIX, LX_SOCK_SEQPACKET | LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK, 0,
			      pair);
	if (error)
		return error;
	for (i = 0; i < 2; i++)
		lx_setsockopt(pair[i], LX_SOL_SOCKET, LX_SO_SNDBUF, &size, sizeof(size));
	pid = starter.fd ? start_by_starter(words, nr_words, pair[1]) :
			   start_by_fork(words, nr_words, pair[1]);
	lx_close(pair[1]);
	if (pid < 0) {
		lx_close(pair[0]);
		return pid;
	}
	*fd = pair[0];
	return pid;
}

void host_helper_end(int pid)
{
	int status;

	lx_kill(pid, SIGKILL);
	while (lx_wait4(pid, &status, __WALL, NULL) == -EINTR)
		;
}

int host_identity(char *text, size_t size, bool folder)
{
	struct new_utsname name;
	char path[PATH_SIZE];
	ssize_t length = 0;
	int error = lx_uname(&name);

	if (error)
		return error;
	if (folder)
		length = lx_readlinkat(AT_FDCWD, "/proc/self/cwd", path, sizeof(path) - 1);
	if (length < 0)
		return length;
	path[length] = '\0';
	snprintf(text, size, "%u %s %s", lx_geteuid(), name.nodename, path);
	return 0;
}
