/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_inode.h - find the inode of a host file, read and set the attributes of the file
 */
#ifndef HOSTFS_INODE_H
#define HOSTFS_INODE_H

#include <linux/fs.h>
#include "hostfs_types.h"

/* hostfs_iget - return the inode of the file that @st describes, new or known, or ERR_PTR(). */
struct inode *hostfs_iget(struct super_block *sb, const struct host_stat *st);

/*
 * hostfs_learn - store attributes that the host has just reported. @own: the change comes
 *	from the guest, so cached contents stay valid. Otherwise, if the host has changed the
 *	contents, the page cache of the file is dropped. This may sleep; no folio may be locked.
 * hostfs_refresh - ask the host for the attributes through descriptor @fd, then learn them.
 * hostfs_fresh - return whether attributes read at @checked (jiffies) are new enough to be used.
 */
void hostfs_learn(struct inode *inode, const struct host_stat *st, bool own);
int hostfs_refresh(struct inode *inode, int fd, bool own);
bool hostfs_fresh(unsigned long checked);

/* hostfs_zero_tail - clear the part of the last cached page that is past the end @size. */
void hostfs_zero_tail(struct inode *inode, loff_t size);

/* Inode operations. */
int hostfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
		   u32 mask, unsigned int flags);
int hostfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);

#endif /* HOSTFS_INODE_H */
