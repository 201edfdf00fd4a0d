// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_path.c - open folders without following symbolic links, also on hosts without openat2
 *
 * Called by hostfs_roots.c at the start of the kernel process, and by hostfs_calls.c in the hostfs
 * server.
 */
#include "hostfs/hostfs_path.h"
#include "libk.h"

#define COMPONENT_SIZE 256		/* the host's names have at most 255 bytes */

/* Open one component after the other and refuse links. */
static int open_stepwise(int dir_fd, const char *path, bool beneath)
{
	char name[COMPONENT_SIZE];
	int fd = lx_openat(dir_fd, dir_fd == AT_FDCWD ? "/" : ".", HOSTFS_FOLDER_FLAGS, 0), next;
	size_t size;

	while (fd >= 0 && *path) {
		for (size = 0; path[size] && path[size] != '/'; size++)
			;
		if (size >= sizeof(name)) {
			lx_close(fd);
			return -ENAMETOOLONG;
		}
		memcpy(name, path, size);
		name[size] = 0;
		path += size + (path[size] == '/');
		if (!size)
			continue;
		next = beneath && !strcmp(name, "..") ? -EXDEV :
			lx_openat(fd, name, HOSTFS_FOLDER_FLAGS, 0);
		lx_close(fd);
		fd = next;
	}
	return fd;
}

int hostfs_folder_open(int dir_fd, const char *path, const struct open_how *how)
{
	int fd = lx_openat2(dir_fd, path, how);

	/* In old containers, system calls that are unknown there fail with -EPERM. */
	if (fd == -ENOSYS || fd == -EPERM)
		fd = open_stepwise(dir_fd, path, how->resolve & RESOLVE_BENEATH);
	return fd;
}
