// SPDX-License-Identifier: GPL-2.0-only
/*
 * pidfile.c - record a process in a file, safe against the reuse of process ids
 *
 * Each machine has such a file for its kernel. The keeper writes the file; a later keeper,
 * machine_kill() and `umlab debug` read it.
 */
#include "base/pidfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/files.h"
#include "base/txt.h"

enum { STAT_FIRST = 3, STAT_START = 22 };	/* fields of /proc/PID/stat */

static int process_line(pid_t pid, char **line)
{
	char *stat, *at;
	int error = proc_stat_read(pid, &stat, &at);

	if (error)
		return error;
	for (int field = STAT_FIRST; at && field < STAT_START; field++)
		at = strchr(at + 1, ' ');
	if (at)
		*line = txt_printf("%d %lld\n", pid, atoll(at + 1));
	free(stat);
	return at ? 0 : -EINVAL;
}

int pidfile_write(const char *path, pid_t pid)
{
	char *line;
	int error = process_line(pid, &line);

	if (error)
		return error;
	error = file_write(path, line, strlen(line), 0600);
	free(line);
	return error;
}

int pidfile_open(const char *path, pid_t *pid)
{
	char *recorded, *line;
	int fd, number;
	size_t size;

	if (file_read(path, &recorded, &size))
		return -ESRCH;
	fd = sscanf(recorded, "%d", &number) == 1 && number > 1 ? pidfd_open(number, 0) : -1;
	/* If the start time still agrees, the recorded process lives, and @fd refers to it. */
	if (fd >= 0 && !process_line(number, &line)) {
		bool same = !strcmp(line, recorded);

		free(line);
		if (same) {
			free(recorded);
			*pid = number;
			return fd;
		}
	}
	free(recorded);
	if (fd >= 0)
		close(fd);
	return -ESRCH;
}
