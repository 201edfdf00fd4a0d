/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_path.h - open folders without following symbolic links
 */
#ifndef UM_HOSTFS_PATH_H
#define UM_HOSTFS_PATH_H

#include "lx/lx_file.h"

#define HOSTFS_FOLDER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/*
 * hostfs_folder_open - open the folder @path below @dir_fd, or from "/" if @dir_fd is AT_FDCWD.
 * @how names the flags for openat2(); its resolve must include RESOLVE_NO_SYMLINKS. A host without
 * openat2() opens one component after the other with HOSTFS_FOLDER_FLAGS. With RESOLVE_BENEATH,
 * such a host refuses every ".." with -EXDEV.
 * Returns a descriptor that the caller closes, or -errno.
 */
int hostfs_folder_open(int dir_fd, const char *path, const struct open_how *how);

#endif /* UM_HOSTFS_PATH_H */
