/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pidfile.h - a file that names a process, safe against numbers that are used again
 */
#ifndef PIDFILE_H
#define PIDFILE_H

#include <sys/types.h>

/* Writes "PID START", with the time when that process started. 0 or -errno. */
int pidfile_write(const char *path, pid_t pid);
/* A pidfd of the recorded process, and its number; -ESRCH when that process has ended. */
int pidfile_open(const char *path, pid_t *pid);

#endif
