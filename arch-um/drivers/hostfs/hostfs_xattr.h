/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_xattr.h - read, write and list the extended attributes user.* of host files
 */
#ifndef HOSTFS_XATTR_H
#define HOSTFS_XATTR_H

#include <linux/types.h>

struct dentry;
struct xattr_handler;

extern const struct xattr_handler *const hostfs_xattr_handlers[];

/* Lists the names of the user.* attributes. An inode operation. */
ssize_t hostfs_listxattr(struct dentry *dentry, char *list, size_t size);

#endif /* HOSTFS_XATTR_H */
