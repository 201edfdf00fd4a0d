/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_file.h - read and write host files through the guest's page cache
 */
#ifndef HOSTFS_FILE_H
#define HOSTFS_FILE_H

#include <linux/fs.h>

extern const struct inode_operations hostfs_file_iops;
extern const struct file_operations hostfs_file_fops;
extern const struct address_space_operations hostfs_aops;

#endif /* HOSTFS_FILE_H */
