// SPDX-License-Identifier: GPL-2.0-only
/*
 * file_stat.c - read attributes and change the size of open files
 *
 * Implements calls of um/host.h on descriptors. The hostfs driver and the workers of disks call
 * these functions.
 */
#include <um/host.h>
#include "lx/lx_file.h"

/* The host packs both numbers of a device into one (new_encode_dev() of the host's kernel). */
static uint64_t dev_unpack(uint64_t dev)
{
	uint64_t major = dev >> 8 & 0xfff, minor = (dev & 0xff) | (dev >> 12 & 0xfff00);

	return major << 32 | minor;
}

int host_file_stat(int fd, struct host_stat *result)
{
	struct stat st;
	int error = lx_fstat(fd, &st);

	if (error)
		return error;
	*result = (struct host_stat) {
		.dev = dev_unpack(st.st_dev),
		.ino = st.st_ino,
		.atime = { st.st_atime, st.st_atime_nsec },
		.mtime = { st.st_mtime, st.st_mtime_nsec },
		.ctime = { st.st_ctime, st.st_ctime_nsec },
		.mode = st.st_mode,
		.nlink = st.st_nlink,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.rdev_major = dev_unpack(st.st_rdev) >> 32,
		.rdev_minor = dev_unpack(st.st_rdev),
		.size = st.st_size,
		.blocks = st.st_blocks,
		.block_size = st.st_blksize,
	};
	return 0;
}

ssize_t host_file_readlink(int fd, const char *name, char *buf, size_t size)
{
	return lx_readlinkat(fd, name, buf, size);
}

int host_fs_truncate(int fd, uint64_t size)
{
	return lx_ftruncate(fd, size);
}

int host_fs_allocate(int fd, int mode, uint64_t offset, uint64_t size)
{
	return lx_fallocate(fd, mode, offset, size);
}
