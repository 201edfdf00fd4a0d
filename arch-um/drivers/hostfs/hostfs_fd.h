/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_fd.h - open nodes and descriptors of host files on demand
 */
#ifndef HOSTFS_FD_H
#define HOSTFS_FD_H

#include <linux/dcache.h>
#include "hostfs_types.h"

/* Names a file for host_fs_* calls: by its node, or by the node of its directory and a name. */
struct hostfs_at {
	int node;
	const char *name;
	struct inode *pinned;
	struct name_snapshot snapshot;
	bool has_snapshot;
};

/* hostfs_fd_init - keep up to @pool_size unused descriptors open. */
void hostfs_fd_init(unsigned int pool_size);

/*
 * All of these may sleep. -ESTALE: under this name the host has no file, or another file.
 * hostfs_dir_get - return the node of directory @dir, opened if necessary, and pin it.
 * hostfs_file_get - return the descriptor of the regular file @inode for reading or writing
 *	(@slot), opened if necessary, and pin it.
 * hostfs_file_get_open - return and pin a descriptor of @inode if there is one, or return -1.
 * hostfs_put - drop the pin of one of these calls.
 * hostfs_at_get - fill @at for the file of @dentry. Call hostfs_at_put() afterwards.
 */
int hostfs_dir_get(struct inode *dir);
int hostfs_file_get(struct inode *inode, enum hostfs_slot slot);
int hostfs_file_get_open(struct inode *inode);
void hostfs_put(struct inode *inode);
int hostfs_at_get(struct dentry *dentry, struct hostfs_at *at);
void hostfs_at_put(struct hostfs_at *at);

/*
 * hostfs_open_users - count an open of the file by the guest with @mode, and open the file's
 *	descriptors.
 * hostfs_close_users - reverse hostfs_open_users(). The last user closes the descriptors.
 * hostfs_give - make @fd, which is open for reading and writing, a descriptor of @inode.
 * hostfs_close_all - close all descriptors of @inode, which is going away.
 * hostfs_give_node - make @node the node of the file @inode, which has no name.
 * hostfs_hold - give @inode a node before its name in @dir_node is removed.
 * hostfs_open_again, hostfs_open_unnamed, hostfs_list_again - call host_fs_open(),
 *	host_fs_open_unnamed() or host_fs_list(). If the host has no more descriptors, close unused
 *	ones and try again.
 */
int hostfs_open_users(struct inode *inode, struct dentry *dentry, fmode_t mode);
void hostfs_close_users(struct inode *inode, fmode_t mode);
void hostfs_give(struct inode *inode, int fd);
void hostfs_close_all(struct inode *inode);
void hostfs_give_node(struct inode *inode, int node);
int hostfs_hold(struct inode *inode, int dir_node, const char *name);
int hostfs_open_again(int node, const char *name, unsigned int flags, unsigned int mode,
		      struct host_stat *st);
int hostfs_open_unnamed(int node, unsigned int mode, struct host_stat *st, int *file_node);
int hostfs_list_again(int node);

#endif /* HOSTFS_FD_H */
