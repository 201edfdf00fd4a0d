// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_xattr.c - read, write and list the extended attributes user.* of host files
 *
 * Attributes in other namespaces have a meaning for the kernel that stores them: the guest's
 * capabilities and labels have no place on the host, nor the host's in the guest. So these
 * attributes are neither shown nor stored. The host accesses the file through a descriptor. A file
 * that the host lets us neither read nor write cannot be opened and so has no attributes. The VFS
 * calls these functions in task context.
 */
#include "hostfs_xattr.h"

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/xattr.h>
#include "hostfs_fd.h"

/* Returns a descriptor of @inode that is valid until xattr_close(). */
static int xattr_open(struct inode *inode)
{
	int fd;

	if (S_ISDIR(inode->i_mode)) {
		fd = hostfs_dir_get(inode);
		if (fd < 0)
			return fd;
		fd = hostfs_open_again(fd, ".", HOST_O_READ | HOST_O_DIRECTORY, 0);
		hostfs_put(inode);
		return fd;
	}
	if (!S_ISREG(inode->i_mode))
		return -EOPNOTSUPP;
	fd = hostfs_file_get(inode, HOSTFS_READ);
	return fd == -EACCES ? hostfs_file_get(inode, HOSTFS_WRITE) : fd;
}

static void xattr_close(struct inode *inode, int fd)
{
	if (S_ISDIR(inode->i_mode))
		host_file_close(fd);
	else
		hostfs_put(inode);
}

static int user_get(const struct xattr_handler *handler, struct dentry *dentry,
		    struct inode *inode, const char *name, void *value, size_t size)
{
	int fd = xattr_open(inode);
	ssize_t result;

	if (fd < 0)
		return fd;
	result = host_fs_xattr_get(fd, xattr_full_name(handler, name), value, size);
	xattr_close(inode, fd);
	return result;
}

static int user_set(const struct xattr_handler *handler, struct mnt_idmap *idmap,
		    struct dentry *dentry, struct inode *inode, const char *name,
		    const void *value, size_t size, int flags)
{
	int fd = xattr_open(inode), error;

	if (fd < 0)
		return fd;
	error = host_fs_xattr_set(fd, xattr_full_name(handler, name), value, size, flags);
	xattr_close(inode, fd);
	hostfs_mark_stale(inode);
	return error;
}

static const struct xattr_handler user_handler = {
	.prefix = XATTR_USER_PREFIX,
	.get = user_get,
	.set = user_set,
};

const struct xattr_handler *const hostfs_xattr_handlers[] = {
	&user_handler,
	NULL
};

/* Remove all names but user.* from the @size bytes of @list. Returns the new size. */
static size_t names_filter(char *list, size_t size)
{
	char *from = list, *to = list;

	while (from < list + size) {
		size_t length = strnlen(from, list + size - from) + 1;

		if (!strncmp(from, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN)) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	return to - list;
}

ssize_t hostfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct inode *inode = d_inode(dentry);
	ssize_t result;
	char *all;
	int fd;

	fd = xattr_open(inode);
	if (fd < 0)
		return fd == -EACCES ? 0 : fd;
	/* How much room the user.* names need is known only after reading all names. */
	all = kvmalloc(XATTR_LIST_MAX, GFP_KERNEL);
	result = all ? host_fs_xattr_list(fd, all, XATTR_LIST_MAX) : -ENOMEM;
	xattr_close(inode, fd);
	if (result > 0)
		result = names_filter(all, result);
	if (result > 0 && size && result > size)
		result = -ERANGE;
	if (result > 0 && size)
		memcpy(list, all, result);
	kvfree(all);
	return result;
}
