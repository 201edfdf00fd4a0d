/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_inode.h - which host file an inode stands for, and its attributes
 */
#ifndef HOSTFS_INODE_H
#define HOSTFS_INODE_H

#include <linux/fs.h>
#include "hostfs_types.h"

/* hostfs_iget - the inode of the file that @st describes, new or known, or ERR_PTR(). */
struct inode *hostfs_iget(struct super_block *sb, const struct host_stat *st);

/*
 * hostfs_learn - store attributes that the host has just reported. @own: they result from a
 *	change of ours, so cached contents stay valid. Otherwise, if the host has changed the
 *	contents, the page cache of the file is dropped. This may sleep; no folio may be locked.
 * hostfs_refresh - ask the host by descriptor @fd, then learn.
 * hostfs_fresh - were attributes read at @checked (jiffies) so lately that they still count?
 */
void hostfs_learn(struct inode *inode, const struct host_stat *st, bool own);
int hostfs_refresh(struct inode *inode, int fd, bool own);
bool hostfs_fresh(unsigned long checked);

/* hostfs_zero_tail - clear what the last cached page holds past the end @size of the file. */
void hostfs_zero_tail(struct inode *inode, loff_t size);

/* Inode operations. */
int hostfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
		   u32 mask, unsigned int flags);
int hostfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);

#endif /* HOSTFS_INODE_H */
