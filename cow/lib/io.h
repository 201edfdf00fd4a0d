/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io.h - define the interface through which cow/ uses files, memory, locks and time
 *
 * struct cow_io, the library's only way to the outside, has three implementations:
 * cow/posix/io_posix.c for programs, drivers-ubd/worker/ubd_cow_io.c for the kernel image, and
 * the simulated disk of the tests (tests/unit/simdisk.h).
 *
 * An open file is a small number. Calls return >= 0 or -errno, but never -EINTR. Any thread may
 * make these calls, and several threads may use one file. Offsets and sizes are in bytes.
 */
#ifndef COW_IO_H
#define COW_IO_H

#include "format.h"

struct cow_iovec {
	void *base;
	size_t size;
};

enum cow_open {
	COW_O_WRITE = 1,		/* open for reading and writing, not only for reading */
	COW_O_CREATE = 2,		/* make the file; fail with -EEXIST if it exists */
};

enum cow_lock {
	COW_LOCK_SHARED,
	COW_LOCK_EXCLUSIVE,
};

enum {
	COW_IO_NOWAIT = 1,		/* readv: fail with -EAGAIN instead of waiting for a disk */
	COW_VEC_MAX = 72,		/* pieces in one transfer */
};

struct cow_stat {
	uint64_t size;			/* of a regular file or block device */
	uint64_t dev, ino;
	int64_t mtime, ctime;		/* nanoseconds */
	bool remote;			/* other hosts may not see our locks */
};

struct cow_io {
	int (*open)(const struct cow_io *io, const char *path, unsigned int flags);
	void (*close)(const struct cow_io *io, int file);

	/*
	 * readv, writev - transfer all of @vec, at most COW_VEC_MAX pieces. The call may modify
	 * @vec. readv transfers less only at the end of the file; writev never does.
	 */
	ssize_t (*readv)(const struct cow_io *io, int file, struct cow_iovec *vec,
			 unsigned int count, uint64_t offset, unsigned int flags);
	ssize_t (*writev)(const struct cow_io *io, int file, struct cow_iovec *vec,
			  unsigned int count, uint64_t offset);

	/* sync - put all completed writes to the file on stable storage. */
	int (*sync)(const struct cow_io *io, int file);
	/* punch - make the range read as zeros and use no space; -EOPNOTSUPP if unsupported. */
	int (*punch)(const struct cow_io *io, int file, uint64_t offset, uint64_t size);
	int (*truncate)(const struct cow_io *io, int file, uint64_t size);
	int (*stat)(const struct cow_io *io, int file, struct cow_stat *stat);
	/*
	 * size - set *@size to the size that stat() reports. The library calls this before each
	 * write to a raw file. The implementation must not read the time stamps: after such a
	 * read, the host stores an exact new time in the inode at each write.
	 */
	int (*size)(const struct cow_io *io, int file, uint64_t *size);
	/*
	 * next_data - find the first range that may hold data at or after *@start, and set
	 * *@start and *@end to its bounds. -ENXIO: the file has only holes from *@start on.
	 */
	int (*next_data)(const struct cow_io *io, int file, uint64_t *start, uint64_t *end);
	/*
	 * lock - lock the open file until it is closed; a second call changes the kind of lock.
	 * -EAGAIN: someone else holds a conflicting lock. -ENOLCK: the file system has no locks.
	 */
	int (*lock)(const struct cow_io *io, int file, enum cow_lock lock);

	/* rename - rename @from to @to, and replace @to if it exists. */
	int (*rename)(const struct cow_io *io, const char *from, const char *to);
	/* link - give @from the further name @to; -EEXIST if @to exists. */
	int (*link)(const struct cow_io *io, const char *from, const char *to);
	int (*unlink)(const struct cow_io *io, const char *path);
	/* sync_folder - put the directory entry of @path on stable storage. */
	int (*sync_folder)(const struct cow_io *io, const char *path);
	/* is_link - return whether the last component of @path is a symbolic link. */
	bool (*is_link)(const struct cow_io *io, const char *path);
	/* resolve - find the absolute path of a folder, without symbolic links. */
	int (*resolve)(const struct cow_io *io, const char *folder, char *path, size_t size);

	/* alloc - allocate zeroed memory; NULL if memory is short. */
	void *(*alloc)(const struct cow_io *io, size_t size);
	/* free - free memory; needs its size. @at may be NULL. */
	void (*free)(const struct cow_io *io, void *at, size_t size);

	/* sleep - wait until *@word differs from @seen or another thread calls wake(@word). */
	void (*sleep)(const struct cow_io *io, uint32_t *word, uint32_t seen);
	void (*wake)(const struct cow_io *io, uint32_t *word);

	int64_t (*time)(const struct cow_io *io);	/* seconds since 1970 */
	int (*random)(const struct cow_io *io, void *to, size_t size);
	/* owner - describe this process. */
	void (*owner)(const struct cow_io *io, struct cow_disk_owner *owner);
	/* owner_alive - return false if the process @owner has certainly ended. */
	bool (*owner_alive)(const struct cow_io *io, const struct cow_disk_owner *owner);
	/*
	 * holder - describe in @text who has locked @file; "" if unknown. NULL: not implemented.
	 */
	void (*holder)(const struct cow_io *io, int file, char *text, size_t size);

	void *context;			/* for the implementation */
};

/* cow_io_read, cow_io_write - transfer all @size bytes. -EIO if the file ends before that. */
int cow_io_read(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset);
int cow_io_write(const struct cow_io *io, int file, const void *from, size_t size,
		 uint64_t offset);
/* cow_io_read_padded - read like cow_io_read(), with zeros past the end of the file. */
int cow_io_read_padded(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset);

/* A lock that sleeps, so that its holder may do I/O. */
struct cow_mutex {
	uint32_t word;			/* 0: free, 1: held, 2: held and someone may sleep */
};

void cow_mutex_lock(const struct cow_io *io, struct cow_mutex *mutex);
void cow_mutex_unlock(const struct cow_io *io, struct cow_mutex *mutex);

_Static_assert(sizeof(struct cow_iovec) == 16, "the layout of struct iovec on 64-bit hosts");

#endif /* COW_IO_H */
