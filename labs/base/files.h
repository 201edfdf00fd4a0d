/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * files.h - operate on the host's files, folders and descriptors
 *
 * Unless stated otherwise, the functions return 0 or a count, or -errno.
 */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

bool file_exists(const char *path);
/* Reads the whole file into a new buffer and adds a NUL, which *size does not count. */
int file_read(const char *path, char **text, size_t *size);
/* Reads only the last @most bytes, for files that may be large. */
int file_read_end(const char *path, size_t most, char **text, size_t *size);
/*
 * Reads /proc/PID/stat into *text, which the caller frees. *fields points to field 3 in *text.
 */
int proc_stat_read(pid_t pid, char **text, char **fields);
/* Replaces a file atomically: a reader sees the old content or all of the new content. */
int file_write(const char *path, const char *text, size_t size, mode_t mode);
/* Makes the folder @path and its parents, unless they exist. */
int dir_make(const char *path, mode_t mode);
/* Removes a file, or a folder with its content, if it exists. Never follows links. */
int tree_remove(const char *path);
int tree_remove_at(int dir_fd, const char *name);
/*
 * Makes a new folder that only this user can enter, below @dir_fd. Its name, ".umlab-" and random
 * digits, goes to @name. Returns a descriptor of the folder.
 */
enum { DIR_WORK_NAME_SIZE = 24 };
int dir_work_make(int dir_fd, char name[DIR_WORK_NAME_SIZE]);
/* Copies a file; holes stay holes, and blocks are shared if possible. @progress may be NULL. */
int file_copy(const char *from, const char *to, void (*progress)(uint64_t done, uint64_t total));
/* Returns how many bytes a file takes on the disk; 0 for a missing file. */
uint64_t file_allocated(const char *path);

/* Calls read(), and repeats the call after EINTR. */
ssize_t fd_read(int fd, void *buf, size_t size);
/* Writes all of @buf; if a non-blocking descriptor is full, waits until it takes more. */
int fd_write_all(int fd, const void *buf, size_t size);
int fd_set_nonblock(int fd, bool nonblock);
/* Returns a connection to the stream socket at @path. @nonblock: connecting does not block. */
int fd_connect(const char *path, bool nonblock);

/* Calls flock(), but gives up after @seconds (SIGALRM). 0, -EWOULDBLOCK or -errno. */
int fd_lock_wait(int fd, int operation, double seconds);
/* Waits at most @seconds while a process holds LOCK_EX on the file @path, which may be missing. */
void file_lock_wait(const char *path, double seconds);

#endif
