/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_name.h - look up, create, remove, rename and link names in host directories
 */
#ifndef HOSTFS_NAME_H
#define HOSTFS_NAME_H

#include <linux/dcache.h>
#include <linux/fs.h>

extern const struct inode_operations hostfs_dir_iops;
extern const struct inode_operations hostfs_symlink_iops;
extern const struct dentry_operations hostfs_dentry_ops;

#endif /* HOSTFS_NAME_H */
