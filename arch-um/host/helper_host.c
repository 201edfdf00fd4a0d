// SPDX-License-Identifier: GPL-2.0-only
/*
 * helper_host.c - programs beside this one that do what the kernel process should not
 *
 * A helper is forked and replaced at once. It keeps nothing of ours: signals as they are
 * by default, all processors, descriptors 0 and 1 on /dev/null, 2 as ours, 3 the socket,
 * no other one. It is asked to end with us (PR_SET_PDEATHSIG) and sees the end of its socket.
 * Its end raises no signal, so the engines, which wait for
 * their own children, never meet it.
 */
#include <um/host.h>
#include "boot.h"
#include "libk.h"
#include "lx.h"

#define PATH_SIZE 512
#define WORDS_MAX 16
#define EXECUTABLE 1			/* X_OK of access() */
#define SOCKET_BUFFER (4 << 20)

/* "FOLDER/NAME" if it can be executed. */
static int candidate_try(const char *folder, size_t length, const char *name, char *path)
{
	if (length + strlen(name) + 2 > PATH_SIZE)
		return -ENAMETOOLONG;
	memcpy(path, folder, length);
	snprintf(path + length, PATH_SIZE - length, "/%s", name);
	return lx_faccessat(AT_FDCWD, path, EXECUTABLE);
}

static const char *environment_get(const char *name)
{
	size_t length = strlen(name);
	char **entry;

	for (entry = host_environment(); *entry; entry++)
		if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
			return *entry + length + 1;
	return "";
}

static int helper_find(const char *name, char *path)
{
	char self[PATH_SIZE];
	ssize_t size = lx_readlinkat(AT_FDCWD, "/proc/self/exe", self, sizeof(self));
	const char *at, *end;

	while (size > 0 && self[size - 1] != '/')
		size--;
	/* Where the way to this program is barred, whoever started it may name another. */
	at = environment_get("UMLAB_NET");
	if (*at && strlen(at) < PATH_SIZE && !lx_faccessat(AT_FDCWD, at, EXECUTABLE)) {
		memcpy(path, at, strlen(at) + 1);
		return 0;
	}
	if (size > 0 && !candidate_try(self, size - 1, name, path))
		return 0;
	for (at = environment_get("PATH"); *at; at = *end ? end + 1 : end) {
		for (end = at; *end && *end != ':'; end++)
			;
		if (end > at && !candidate_try(at, end - at, name, path))
			return 0;
	}
	return -ENOENT;
}

int host_helper_probe(const char *name)
{
	char path[PATH_SIZE];

	return helper_find(name, path);
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

int host_helper_start(const char *const *words, unsigned int nr_words, int *fd)
{
	char *copy[WORDS_MAX + 1], path[PATH_SIZE];
	lx_sigset all = ~0ULL, old;
	int pair[2], size = SOCKET_BUFFER, parent = lx_getpid(), pid, error;
	unsigned int i;

	if (nr_words > WORDS_MAX)
		return -E2BIG;
	error = helper_find(words[0], path);
	if (error)
		return error;
	for (i = 0; i < nr_words; i++)
		copy[i] = (char *)words[i];
	copy[nr_words] = NULL;
	error = lx_socketpair(LX_AF_UNIX, LX_SOCK_SEQPACKET | LX_SOCK_CLOEXEC | LX_SOCK_NONBLOCK, 0,
			      pair);
	if (error)
		return error;
	for (i = 0; i < 2; i++)
		lx_setsockopt(pair[i], LX_SOL_SOCKET, LX_SO_SNDBUF, &size, sizeof(size));

	/*
	 * No handler of ours may run in the child. And our stack lies in guest RAM, which parent
	 * and child share: the parent must not go on before the child has become another program.
	 */
	lx_rt_sigprocmask(SIG_SETMASK, &all, &old);
	pid = lx_clone(CLONE_VFORK, NULL, NULL, NULL, 0);
	if (pid == 0)
		helper_become(path, copy, pair[1], parent);
	lx_rt_sigprocmask(SIG_SETMASK, &old, NULL);
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
