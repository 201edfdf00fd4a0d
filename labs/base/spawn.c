// SPDX-License-Identifier: GPL-2.0-only
/*
 * spawn.c - run other programs on the host and wait for them
 *
 * Called by verbs, checks and modules of image/ and machine/ that need umlab-net, umlab-disk, tar,
 * tshark or other programs. Also runs in the keeper, which creates a missing disk (machine/disk.c).
 * Blocks until the program has ended.
 */
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/txt.h"

/* Starts a program. Returns a pipe with its standard output and, if @errors, standard error. */
static int start(const char *const *command, bool errors, pid_t *pid)
{
	int output[2];

	if (pipe2(output, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	*pid = fork();
	if (!*pid) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(output[1], 1);
		if (errors)
			dup2(output[1], 2);
		execvp(command[0], (char *const *)command);
		fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	close(output[1]);
	if (*pid < 0) {
		close(output[0]);
		return -errno;
	}
	return output[0];
}

enum { OUTPUT_MAX = 16 << 20 };	/* bytes of a program's output that are kept */

/* Returns everything that @fd holds up to its end or to the limit, and closes it. */
static char *drain(int fd)
{
	char *text = txt_copy(""), buf[4096];
	size_t used = 0;
	ssize_t size;

	while (used < OUTPUT_MAX && (size = fd_read(fd, buf, sizeof(buf))) > 0) {
		char *more = realloc(text, used + size + 1);

		if (!more)
			break;
		text = more;
		memcpy(text + used, buf, size);
		used += size;
		text[used] = '\0';
	}
	close(fd);
	return text;
}

static int ended(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int spawn_quietly(const char *const *command, char **reason)
{
	pid_t pid;
	int fd = start(command, true, &pid);
	char *text, *line;

	if (fd < 0) {
		*reason = txt_copy(strerror(-fd));
		return fd;
	}
	text = txt_trim(drain(fd));
	if (!ended(pid))
		return 0;
	line = strrchr(text, '\n');
	*reason = *text ? txt_copy(line ? line + 1 : text) : txt_printf(_("%s failed"), command[0]);
	return -EIO;
}

int spawn_here(const char *const *command)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		execvp(command[0], (char *const *)command);
		tell_error("%s: %s", command[0], strerror(errno));
		_exit(127);
	}
	return pid < 0 ? 127 : ended(pid);
}

char *spawn_output(const char *const *command)
{
	pid_t pid;
	int fd = start(command, false, &pid);
	char *text;

	if (fd < 0)
		return NULL;
	text = drain(fd);
	return ended(pid) ? NULL : text;
}
