/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * files.h - files, folders and descriptors of the host
 *
 * Everything returns 0 or a count, or -errno.
 */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

bool file_exists(const char *path);
/* The whole file in a new buffer, with a NUL behind it. */
int file_read(const char *path, char **text, size_t *size);
/* What /proc/PID/stat holds from field 3 on: @fields points into @text, which the caller frees. */
int proc_stat_read(pid_t pid, char **text, char **fields);
/* Under its name only when complete; the file before it stays until then. */
int file_write(const char *path, const char *text, size_t size, mode_t mode);
/* A folder and those above it. */
int dir_make(const char *path, mode_t mode);
/* A file, or a folder with all in it; nothing there is no error. Never follows links. */
int tree_remove(const char *path);
/* Sparse copy, sharing blocks where the file system can. @progress may be NULL. */
int file_copy(const char *from, const char *to, void (*progress)(uint64_t done, uint64_t total));
/* Bytes that the host really holds for it. */
uint64_t file_allocated(const char *path);

ssize_t fd_read(int fd, void *buf, size_t size);		/* once, EINTR hidden */
int fd_write_all(int fd, const void *buf, size_t size);
int fd_set_nonblock(int fd, bool nonblock);
/* A connection to the stream socket at @path, or -errno. @nonblock also concerns connecting. */
int fd_connect(const char *path, bool nonblock);

/* Like flock(), for at most @seconds; uses SIGALRM. 0, -EWOULDBLOCK or -errno. */
int fd_lock_wait(int fd, int operation, double seconds);
/* Waits at most @seconds until nobody holds an exclusive flock() on @path, if that exists. */
void file_lock_wait(const char *path, double seconds);

#endif
