/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.h - what cow/ needs of the world: files, memory, locks, the time
 *
 * The only way out of the library. Three implementations: io_posix.c for programs,
 * drivers-ubd/worker/ubd_cow_io.c for the kernel image, and the simulated disk of the tests.
 * Files are small numbers. Calls return >= 0 or -errno, never EINTR; any thread may
 * make them. Offsets and sizes are bytes.
 */
#ifndef COW_IO_H
#define COW_IO_H

#include "format.h"

struct cow_iovec {
	void *base;
	size_t size;
};

enum cow_open {
	COW_O_WRITE = 1,		/* for reading and writing, else for reading */
	COW_O_CREATE = 2,		/* must not exist yet */
};

enum cow_lock {
	COW_LOCK_SHARED,
	COW_LOCK_EXCLUSIVE,
};

enum {
	COW_IO_NOWAIT = 1,		/* readv: -EAGAIN rather than wait for a disk */
};

struct cow_stat {
	uint64_t size;			/* of a regular file or block device */
	uint64_t dev, ino;
	int64_t mtime, ctime;		/* nanoseconds */
	bool remote;			/* locks may not be seen by other hosts */
};

struct cow_io {
	int (*open)(const struct cow_io *io, const char *path, unsigned int flags);
	void (*close)(const struct cow_io *io, int file);

	/*
	 * readv, writev - transfer all of @vec, which is used up. readv returns less at end of
	 * file only; writev never. At most COW_VEC_MAX pieces.
	 */
	ssize_t (*readv)(const struct cow_io *io, int file, struct cow_iovec *vec,
			 unsigned int count, uint64_t offset, unsigned int flags);
	ssize_t (*writev)(const struct cow_io *io, int file, struct cow_iovec *vec,
			  unsigned int count, uint64_t offset);

	/* sync - all written before is on stable storage. */
	int (*sync)(const struct cow_io *io, int file);
	/* punch - the range reads as zero and uses no space; -EOPNOTSUPP: cannot. */
	int (*punch)(const struct cow_io *io, int file, uint64_t offset, uint64_t size);
	int (*truncate)(const struct cow_io *io, int file, uint64_t size);
	int (*stat)(const struct cow_io *io, int file, struct cow_stat *stat);
	/*
	 * size - stat's size alone: asked before each write to a raw file. Not by stat: a
	 * host that was asked for dates dirties the inode with an exact one at each write.
	 */
	int (*size)(const struct cow_io *io, int file, uint64_t *size);
	/* next_data - the first run of possible data at or behind *@start; *@end its end. -ENXIO: none. */
	int (*next_data)(const struct cow_io *io, int file, uint64_t *start, uint64_t *end);
	/* lock - of the open file, until it is closed; again to change it. -EAGAIN: others have it. -ENOLCK: none here. */
	int (*lock)(const struct cow_io *io, int file, enum cow_lock lock);

	/* Names. rename replaces; link fails with -EEXIST. sync_folder - the name of @path is on stable storage. */
	int (*rename)(const struct cow_io *io, const char *from, const char *to);
	int (*link)(const struct cow_io *io, const char *from, const char *to);
	int (*unlink)(const struct cow_io *io, const char *path);
	int (*sync_folder)(const struct cow_io *io, const char *path);
	/* resolve - the absolute path without symbolic links of a folder. */
	int (*resolve)(const struct cow_io *io, const char *folder, char *path, size_t size);

	/* alloc - zeroed; free takes what alloc returned, with its size. */
	void *(*alloc)(const struct cow_io *io, size_t size);
	void (*free)(const struct cow_io *io, void *at, size_t size);

	/* sleep - until *@word differs from @seen or wake(@word) is called. */
	void (*sleep)(const struct cow_io *io, uint32_t *word, uint32_t seen);
	void (*wake)(const struct cow_io *io, uint32_t *word);

	int64_t (*time)(const struct cow_io *io);	/* seconds since 1970 */
	int (*random)(const struct cow_io *io, void *to, size_t size);
	/* owner - who we are. owner_alive - false if @owner certainly runs no more. */
	void (*owner)(const struct cow_io *io, struct cow_disk_owner *owner);
	bool (*owner_alive)(const struct cow_io *io, const struct cow_disk_owner *owner);
	/* holder - who has @file locked, in words, if that can be found out; else "". May be NULL. */
	void (*holder)(const struct cow_io *io, int file, char *text, size_t size);

	void *context;
};

enum {
	COW_VEC_MAX = 72,
};

/* io.c: one piece of memory; all of it or -errno (read: -EIO behind the end of the file). */
int cow_io_read(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset);
int cow_io_write(const struct cow_io *io, int file, const void *from, size_t size, uint64_t offset);
/* The same, but what lies behind the end of the file reads as zero. */
int cow_io_read_padded(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset);

/* A lock of a few instructions' length, and one that may be held across transfers. */
struct cow_mutex {
	uint32_t word;			/* 0 free, 1 held, 2 held and somebody sleeps */
};

void cow_mutex_lock(const struct cow_io *io, struct cow_mutex *mutex);
void cow_mutex_unlock(const struct cow_io *io, struct cow_mutex *mutex);

#endif /* COW_IO_H */
