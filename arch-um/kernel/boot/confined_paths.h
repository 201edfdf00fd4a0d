/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * confined_paths.h - list the host files that the machine may write after it has confined itself
 */
#ifndef UM_KERNEL_CONFINED_PATHS_H
#define UM_KERNEL_CONFINED_PATHS_H

/* confined_paths_allow - keep the files that @value names writable. @option has no digits. */
void confined_paths_allow(const char *option, const char *value);

#endif /* UM_KERNEL_CONFINED_PATHS_H */
