/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * files.h - files, folders and descriptors of the host
 *
 * Functions return 0 or a count, or -errno, unless said otherwise.
 */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

bool file_exists(const char *path);
/* The whole file in a new buffer, followed by a NUL. */
int file_read(const char *path, char **text, size_t *size);
/* /proc/PID/stat from field 3 on: *fields points into *text, which the caller frees. */
int proc_stat_read(pid_t pid, char **text, char **fields);
/* Replaces a file; a reader sees either the old one or the complete new one. */
int file_write(const char *path, const char *text, size_t size, mode_t mode);
/* Makes a folder and those above it, where they are missing. */
int dir_make(const char *path, mode_t mode);
/* Removes a file, or a folder with its content, if it exists. Never follows links. */
int tree_remove(const char *path);
/* Copies without holes; shares blocks if the file system can. @progress may be NULL. */
int file_copy(const char *from, const char *to, void (*progress)(uint64_t done, uint64_t total));
/* Bytes of the disk that a file takes; 0 for a missing file. */
uint64_t file_allocated(const char *path);

/* One read(), which EINTR does not end. */
ssize_t fd_read(int fd, void *buf, size_t size);
/* Writes all; waits for a descriptor that does not block. */
int fd_write_all(int fd, const void *buf, size_t size);
int fd_set_nonblock(int fd, bool nonblock);
/* A connection to the stream socket at @path, or -errno. @nonblock also concerns connecting. */
int fd_connect(const char *path, bool nonblock);

/* Like flock(), for at most @seconds; uses SIGALRM. 0, -EWOULDBLOCK or -errno. */
int fd_lock_wait(int fd, int operation, double seconds);
/* Waits at most @seconds until nobody holds an exclusive flock() on @path, if that exists. */
void file_lock_wait(const char *path, double seconds);

#endif
