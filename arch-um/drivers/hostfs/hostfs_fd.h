/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_fd.h - descriptors of host files, opened on demand
 */
#ifndef HOSTFS_FD_H
#define HOSTFS_FD_H

#include <linux/dcache.h>
#include "hostfs_types.h"

/* A file by name, for host_fs_* calls until hostfs_at_put(). */
struct hostfs_at {
	int fd;
	const char *name;
	struct inode *pinned;
	struct name_snapshot snapshot;
	bool has_snapshot;
};

/* hostfs_fd_init - keep up to @pool_size unused descriptors open. */
void hostfs_fd_init(unsigned int pool_size);

/*
 * All of these may sleep.
 * hostfs_dir_get - the handle of directory @dir.
 * hostfs_file_get - a descriptor of the regular file @inode. Both open one if need be and pin
 *	it: call hostfs_put() afterwards. -ESTALE: the host has no such file under its name, or
 *	another file.
 * hostfs_at_get - the file of @dentry, by descriptor or by directory and name.
 */
int hostfs_dir_get(struct inode *dir);
int hostfs_file_get(struct inode *inode, enum hostfs_slot slot);
void hostfs_put(struct inode *inode);
int hostfs_at_get(struct dentry *dentry, struct hostfs_at *at);
void hostfs_at_put(struct hostfs_at *at);

/*
 * hostfs_open_users - the guest opens the file with @mode. hostfs_close_users - it closes it.
 * hostfs_give - @fd, open for reading and writing, becomes a descriptor of @inode.
 * hostfs_close_all - the inode goes away: close its descriptors.
 * hostfs_open_again - host_fs_open(); if the host has no more descriptors, close unused ones
 *	and try again.
 */
int hostfs_open_users(struct inode *inode, struct dentry *dentry, fmode_t mode);
void hostfs_close_users(struct inode *inode, fmode_t mode);
void hostfs_give(struct inode *inode, int fd);
void hostfs_close_all(struct inode *inode);
int hostfs_open_again(int fd, const char *name, unsigned int flags, unsigned int mode);

#endif /* HOSTFS_FD_H */
