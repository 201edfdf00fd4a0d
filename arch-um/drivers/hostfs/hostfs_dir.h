/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_dir.h - read host directories
 */
#ifndef HOSTFS_DIR_H
#define HOSTFS_DIR_H

#include <linux/fs.h>

extern const struct file_operations hostfs_dir_fops;

#endif /* HOSTFS_DIR_H */
