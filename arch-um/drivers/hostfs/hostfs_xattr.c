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

static bool has_xattrs(const struct inode *inode)
{
	return S_ISDIR(inode->i_mode) || S_ISREG(inode->i_mode);
}

static int user_get(const struct xattr_handler *handler, struct dentry *dentry,
		    struct inode *inode, const char *name, void *value, size_t size)
{
	struct hostfs_at at;
	ssize_t result = has_xattrs(inode) ? hostfs_at_get(dentry, &at) : -EOPNOTSUPP;

	if (result)
		return result;
	result = host_fs_xattr_get(at.node, at.name, xattr_full_name(handler, name), value, size);
	hostfs_at_put(&at);
	return result;
}

static int user_set(const struct xattr_handler *handler, struct mnt_idmap *idmap,
		    struct dentry *dentry, struct inode *inode, const char *name,
		    const void *value, size_t size, int flags)
{
	struct hostfs_at at;
	int error = has_xattrs(inode) ? hostfs_at_get(dentry, &at) : -EOPNOTSUPP;

	if (error)
		return error;
	error = host_fs_xattr_set(at.node, at.name, xattr_full_name(handler, name), value, size,
				  flags);
	hostfs_at_put(&at);
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
	struct hostfs_at at;
	ssize_t result = has_xattrs(inode) ? hostfs_at_get(dentry, &at) : -EOPNOTSUPP;
	char *all;

	if (result)
		return result == -EACCES ? 0 : result;
	/* How much room the user.* names need is known only after reading all names. */
	all = kvmalloc(XATTR_LIST_MAX, GFP_KERNEL);
	result = all ? host_fs_xattr_list(at.node, at.name, all, XATTR_LIST_MAX) : -ENOMEM;
	hostfs_at_put(&at);
	if (result == -EACCES)
		result = 0;
	if (result > 0)
		result = names_filter(all, result);
	if (result > 0 && size && result > size)
		result = -ERANGE;
	if (result > 0 && size)
		memcpy(list, all, result);
	kvfree(all);
	return result;
}
