// SPDX-License-Identifier: GPL-2.0-only
/*
 * domain.c - start and stop collision domains, the umlab-net switches that connect machines
 *
 * A collision domain is a switch in hub mode: every frame reaches every port. Each switch has a
 * folder in net/ in the runtime folder. The folder's name is a hash of lab and domain, because
 * socket addresses must be short. The switch is a background process, which outlives the command
 * and writes its messages to a log next to its folder. Called when machines start (nic.c), when a
 * lab starts and ends (labnet.c), and by the verbs about networks.
 */
#include "machine/domain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/tell.h"
#include "base/txt.h"
#include "base/where.h"

enum { START_MS = 5000, READY_FD = 3 };

char *domain_path(const char *lab, const char *domain)
{
	char *name = txt_printf("%s %s", lab, domain), *path;

	path = txt_printf("%s/net/%012lx", where_runtime(), (unsigned long)(txt_hash(name) >> 16));
	free(name);
	return path;
}

/* Does the switch run? A killed switch leaves its socket behind, but accepts no connection. */
static bool domain_runs(const char *path)
{
	char *socket = txt_printf("%s/mgmt", path);
	int fd = fd_connect(socket, false);

	free(socket);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Runs in the child: executes the switch in a new session. A ready switch reports to @ready_fd. */
static void switch_exec(const char *tool, const char *path, const char *log, int ready_fd)
{
	int null = open("/dev/null", O_RDWR);
	int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	setsid();
	dup2(null, 0);
	dup2(out >= 0 ? out : null, 1);
	dup2(out >= 0 ? out : null, 2);
	dup2(ready_fd, READY_FD);
	close_range(READY_FD + 1, ~0u, 0);
	if (fork())
		_exit(0);
	setenv("UMLAB_READY_FD", "3", 1);
	execl(tool, "umlab-net", "run", "switch", path, "hub", NULL);
	_exit(127);
}

/* Returns 0 once the switch accepts connections, or -EIO if it has ended or takes too long. */
static int switch_spawn(const char *tool, const char *path, const char *log)
{
	int ready[2], error = -EIO, status;
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		switch_exec(tool, path, log, ready[1]);
	close(ready[1]);
	if (pid > 0) {
		waitpid(pid, &status, 0);
		if (poll(&(struct pollfd){ .fd = ready[0], .events = POLLIN }, 1, START_MS) > 0 &&
		    fd_read(ready[0], &byte, 1) == 1)
			error = 0;
	}
	close(ready[0]);
	return error;
}

int domain_start(const char *path, char **reason)
{
	const char *tool = where_tool("umlab-net");
	char *folder, *log;

	if (!tool) {
		*reason = txt_copy(_("umlab-net is not installed, so there are no networks"));
		return -ENOENT;
	}
	if (domain_runs(path))
		return 0;
	folder = txt_printf("%s/net", where_runtime());
	dir_make(folder, 0700);
	free(folder);
	log = txt_printf("%s.log", path);
	/* switch_spawn() also fails if another command has meanwhile started the same switch. */
	if (switch_spawn(tool, path, log) && !domain_runs(path)) {
		*reason = txt_printf(_("cannot start a network; its messages are in %s"), log);
		free(log);
		return -EIO;
	}
	free(log);
	return 0;
}

void domain_stop(const char *path)
{
	const char *command[] = { where_tool("umlab-net"), "stop", path, NULL };
	char *log = txt_printf("%s.log", path), *reason;

	if (command[0] && file_exists(path))
		spawn_quietly(command, &reason);
	unlink(log);
	free(log);
}

void domain_stop_all(void)
{
	char *folder = txt_printf("%s/net", where_runtime());
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = txt_printf("%s/%s", folder, entry->d_name);

		if (*entry->d_name != '.' && !txt_ends(entry->d_name, ".log"))
			domain_stop(path);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
}
