// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_roots.c - open the folders that hostfs= names, once, and refuse folders inside others
 *
 * Called by the check of the option (drivers/hostfs/hostfs_option.c), before any other code of the
 * guest runs. The server (hostfs_server.c) inherits the descriptors and keeps them over restarts.
 *
 * Theory of operation
 *
 * A path is a promise about a moment. If the guest can write a folder on the way to a root, it can
 * replace a part of the path by a link, and the next open of the same path leads wherever the guest
 * likes. Two rules prevent that:
 * - No part of a root's path may be a symbolic link, neither now nor at the next start.
 * - A root must not lie inside another root that the guest can write, nor be the same folder. The
 *   test follows ".." from the inner folder up to the top and compares identities, not names.
 * Limit: a folder that is mounted at several places (bind mounts) has only one "..".
 */
#include "hostfs/hostfs_roots.h"
#include <um/host.h>
#include "hostfs/hostfs_path.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "process/environment.h"

#define DEPTH_MAX 4096

struct hostfs_root_folder hostfs_roots_open[HOSTFS_ROOTS_MAX];
unsigned int hostfs_nr_roots_open;

static int folder_open(const char *path)
{
	static const struct open_how how = {
		.flags = HOSTFS_FOLDER_FLAGS & ~O_NOFOLLOW,	/* ELOOP instead of ENOTDIR */
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return hostfs_folder_open(AT_FDCWD, path, &how);
}

static bool same_folder(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is @inner_fd the folder @outer_fd, or below it? -errno: cannot tell. */
static int lies_inside(int inner_fd, int outer_fd)
{
	struct stat outer, at, above;
	int fd = lx_openat(inner_fd, ".", HOSTFS_FOLDER_FLAGS, 0), next, depth, error;

	if (fd < 0)
		return fd;
	error = lx_fstat(outer_fd, &outer);
	if (!error)
		error = lx_fstat(fd, &at);
	for (depth = 0; !error && depth < DEPTH_MAX; depth++) {
		if (same_folder(&at, &outer)) {
			lx_close(fd);
			return 1;
		}
		next = lx_openat(fd, "..", HOSTFS_FOLDER_FLAGS, 0);
		lx_close(fd);
		if (next < 0)
			return next;
		fd = next;
		error = lx_fstat(fd, &above);
		if (!error && same_folder(&at, &above))
			break;
		at = above;
	}
	lx_close(fd);
	return error ? error : depth == DEPTH_MAX ? -ELOOP : 0;
}

/* -EXDEV: @fd lies inside a folder that the guest can write, or such a folder lies around it. */
static int nesting_check(int fd, bool read_only)
{
	unsigned int i;
	int inside = 0;

	for (i = 0; i < hostfs_nr_roots_open && !inside; i++) {
		if (!hostfs_roots_open[i].read_only)
			inside = lies_inside(fd, hostfs_roots_open[i].fd);
		if (!inside && !read_only)
			inside = lies_inside(hostfs_roots_open[i].fd, fd);
	}
	return inside > 0 ? -EXDEV : inside;
}

int host_fs_root_add(const char *path, const char *name, bool read_only)
{
	struct hostfs_root_folder *root = &hostfs_roots_open[hostfs_nr_roots_open];
	int fd, error;

	/* After a restart the server still has the folders of the first start. */
	if (*host_environment_get(HOSTFS_VARIABLE))
		return 0;
	if (hostfs_nr_roots_open == HOSTFS_ROOTS_MAX)
		return -E2BIG;
	if (strlen(name) >= sizeof(root->name))
		return -ENAMETOOLONG;
	fd = folder_open(path);
	if (fd < 0)
		return fd;
	error = nesting_check(fd, read_only);
	if (error) {
		lx_close(fd);
		return error;
	}
	memcpy(root->name, name, strlen(name) + 1);
	root->read_only = read_only;
	root->fd = fd;
	hostfs_nr_roots_open++;
	return 0;
}

void hostfs_roots_close(void)
{
	while (hostfs_nr_roots_open)
		lx_close(hostfs_roots_open[--hostfs_nr_roots_open].fd);
}
