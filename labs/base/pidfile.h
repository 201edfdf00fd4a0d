/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pidfile.h - record a process in a file, safe against the reuse of process ids
 */
#ifndef PIDFILE_H
#define PIDFILE_H

#include <sys/types.h>

/* Writes "PID START", where START is the time when the process started. 0 or -errno. */
int pidfile_write(const char *path, pid_t pid);
/* Returns a pidfd of the recorded process, and its id in *pid. -ESRCH: the process has ended. */
int pidfile_open(const char *path, pid_t *pid);

#endif
