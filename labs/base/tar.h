/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tar.h - read a tar archive that a stranger wrote, one entry at a time
 */
#ifndef TAR_H
#define TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	TAR_PATH_MAX = 4096,		/* bytes in a path or a link's target, with its NUL */
	TAR_PAX_MAX = 1 << 20,		/* bytes in one pax header */
	TAR_RUNS_MAX = 1 << 22,		/* runs of data in a sparse file */
};

enum tar_kind {
	TAR_FILE,
	TAR_FOLDER,
	TAR_SYMLINK,
	TAR_HARD_LINK,		/* another name of an earlier file of the archive */
	TAR_SPECIAL,		/* a device, a FIFO, or a kind that only some programs know */
};

/* A part of a file that is in the archive. The rest of a sparse file is zeros. */
struct tar_run {
	uint64_t offset, size;
};

struct tar_entry {
	enum tar_kind kind;
	char path[TAR_PATH_MAX];	/* as in the archive: may be absolute or contain ".." */
	char target[TAR_PATH_MAX];	/* of a link */
	unsigned int mode;		/* as in the archive, at most 07777 */
	int64_t mtime;			/* seconds since 1970 */
	uint64_t size;			/* of the file */
	uint64_t stored_size;		/* of its data in the archive, which tar_read() returns */
	struct tar_run *runs;		/* in ascending order; NULL: not a sparse file */
	size_t nr_runs;
};

struct tar {
	int fd;
	bool accepts_sparse;		/* set after tar_init() to accept sparse files of GNU tar */
	const char *fault;		/* what is wrong with the archive, untranslated */
	uint64_t left_size;		/* data of the current entry that was not read */
	unsigned int padding;		/* bytes after that data */
	struct tar_entry entry;
	size_t at, filled;		/* the unread part of the buffer */
	unsigned char buffer[1 << 16];
};

/* Prepares @tar, which is large, to read from @fd; the caller closes @fd. */
void tar_init(struct tar *tar, int fd);
void tar_release(struct tar *tar);
/*
 * Reads the next entry into tar->entry. 1: there is one; 0: the archive ends here; -errno: reading
 * failed; -EINVAL: @fault says what is wrong with the archive.
 */
int tar_next(struct tar *tar);
/* Reads data of the current entry. 0: the entry has ended. -errno as for tar_next(). */
ssize_t tar_read(struct tar *tar, void *to, size_t size);

#endif
