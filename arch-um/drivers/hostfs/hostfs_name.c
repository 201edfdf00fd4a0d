// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_name.c - look up, create, remove, rename and link names in host directories
 *
 * Each operation is one host call with the directory's node and one component. A positive dentry
 * is trusted for the time HOSTFS_FRESH (hostfs_inode.c), but is checked again before the file is
 * opened or replaced. Negative dentries are never trusted: asking the host is cheap, and the guest
 * may be waiting for the host to create the file. The VFS calls these functions in task context.
 */
#include "hostfs_name.h"

#include <linux/namei.h>
#include "hostfs_fd.h"
#include "hostfs_inode.h"
#include "hostfs_xattr.h"

/* Returns the inode of the file @name in the directory @dir_node. */
static struct inode *inode_by_name(struct super_block *sb, int dir_node, const char *name)
{
	struct host_stat st;
	int error = host_fs_stat(dir_node, name, &st);

	return error ? ERR_PTR(error) : hostfs_iget(sb, &st);
}

static struct dentry *hostfs_lookup(struct inode *dir, struct dentry *dentry,
				    unsigned int flags)
{
	int dir_node = hostfs_dir_get(dir);
	struct dentry *other;
	struct inode *inode;

	if (dir_node < 0)
		return ERR_PTR(dir_node);
	inode = inode_by_name(dir->i_sb, dir_node, dentry->d_name.name);
	hostfs_put(dir);
	if (inode == ERR_PTR(-ENOENT))
		inode = NULL;
	dentry->d_time = jiffies;
	other = d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(other))
		other->d_time = jiffies;
	return other;
}

/* Returns 1 if @dentry still names its inode, 0 if it does not, or -errno. */
static int check_name(struct dentry *dentry)
{
	struct dentry *parent = dget_parent(dentry);
	struct name_snapshot name;
	struct host_stat st;
	int dir_node = hostfs_dir_get(d_inode(parent)), error = dir_node;

	if (dir_node >= 0) {
		take_dentry_name_snapshot(&name, dentry);
		error = host_fs_stat(dir_node, name.name.name, &st);
		release_dentry_name_snapshot(&name);
		hostfs_put(d_inode(parent));
	}
	dput(parent);
	if (error == -ENOENT || error == -ENOTDIR || error == -ESTALE)
		return 0;
	if (error)
		return error;
	if (!hostfs_same(hostfs_i(d_inode(dentry)), &st))
		return 0;
	hostfs_learn(d_inode(dentry), &st, false);
	return 1;
}

static int hostfs_revalidate(struct dentry *dentry, unsigned int flags)
{
	const unsigned int careful = LOOKUP_OPEN | LOOKUP_REVAL | LOOKUP_EXCL |
				     LOOKUP_RENAME_TARGET;
	int result;

	if (!READ_ONCE(dentry->d_inode))
		return 0;
	if (!(flags & careful) && hostfs_fresh(dentry->d_time))
		return 1;
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	result = check_name(dentry);
	if (result == 1)
		dentry->d_time = jiffies;
	return result;
}

const struct dentry_operations hostfs_dentry_ops = {
	.d_revalidate = hostfs_revalidate,
};

/* ---- making --------------------------------------------------------------------- */

/* Give @dentry the inode of the file that @st describes and that the host has just created. */
static int instantiate(struct inode *dir, struct dentry *dentry, const struct host_stat *st)
{
	struct inode *inode = hostfs_iget(dir->i_sb, st);

	hostfs_mark_stale(dir);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	dentry->d_time = jiffies;
	d_instantiate(dentry, inode);
	return 0;
}

/* The same for an object that only its name in @dir_node describes. */
static int instantiate_name(struct inode *dir, struct dentry *dentry, int dir_node)
{
	struct host_stat st;
	int error = host_fs_stat(dir_node, dentry->d_name.name, &st);

	return error ? error : instantiate(dir, dentry, &st);
}

static int hostfs_create(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			 umode_t mode, bool excl)
{
	struct host_stat st;
	int dir_node = hostfs_dir_get(dir), fd, error;

	if (dir_node < 0)
		return dir_node;
	fd = hostfs_open_again(dir_node, dentry->d_name.name,
			       HOST_O_CREATE | HOST_O_EXCL | HOST_O_READ | HOST_O_WRITE,
			       mode & S_IALLUGO, &st);
	error = fd < 0 ? fd : instantiate(dir, dentry, &st);
	/* Keep this descriptor: the mode may forbid the open that follows. */
	if (!error)
		hostfs_give(d_inode(dentry), fd);
	else if (fd >= 0)
		host_file_close(fd);
	hostfs_put(dir);
	return error;
}

static int hostfs_mknod(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			umode_t mode, dev_t dev)
{
	int dir_node = hostfs_dir_get(dir), error;

	if (dir_node < 0)
		return dir_node;
	error = host_fs_make(dir_node, dentry->d_name.name, mode);
	if (!error)
		error = instantiate_name(dir, dentry, dir_node);
	hostfs_put(dir);
	return error;
}

static int hostfs_mkdir(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			umode_t mode)
{
	return hostfs_mknod(idmap, dir, dentry, mode | S_IFDIR, 0);
}

static int hostfs_symlink(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			  const char *target)
{
	int dir_node = hostfs_dir_get(dir), error;

	if (dir_node < 0)
		return dir_node;
	error = host_fs_symlink(dir_node, dentry->d_name.name, target);
	if (!error)
		error = instantiate_name(dir, dentry, dir_node);
	hostfs_put(dir);
	return error;
}

/* Create a file without a name. Unless it is linked, the file disappears with its last user. */
static int hostfs_tmpfile(struct mnt_idmap *idmap, struct inode *dir, struct file *file,
			  umode_t mode)
{
	int dir_node = hostfs_dir_get(dir), node, fd;
	struct host_stat st;
	struct inode *inode;

	if (dir_node < 0)
		return dir_node;
	fd = hostfs_open_unnamed(dir_node, mode & S_IALLUGO, &st, &node);
	hostfs_put(dir);
	if (fd < 0)
		return fd;
	inode = hostfs_iget(dir->i_sb, &st);
	if (IS_ERR(inode)) {
		host_file_close(fd);
		host_fs_close(node);
		return PTR_ERR(inode);
	}
	hostfs_give(inode, fd);
	hostfs_give_node(inode, node);
	set_nlink(inode, 1);		/* d_tmpfile() decrements it */
	d_tmpfile(file, inode);
	return finish_open_simple(file, 0);
}

/* The host finds the source by name, or by its node if it has no name. */
static int hostfs_link(struct dentry *from, struct inode *dir, struct dentry *dentry)
{
	int dir_node = hostfs_dir_get(dir), error;
	struct hostfs_at at;

	if (dir_node < 0)
		return dir_node;
	error = hostfs_at_get(from, &at);
	if (error)
		goto out_put;
	error = host_fs_link(at.node, at.name, dir_node, dentry->d_name.name);
	hostfs_at_put(&at);
	if (!error)
		error = instantiate_name(dir, dentry, dir_node);
out_put:
	hostfs_put(dir);
	return error;
}

/* ---- removing and renaming --------------------------------------------------------- */

/*
 * A file that the guest has open survives the removal of its name, but then it can be reached only
 * through a descriptor. So open a descriptor and pin it until i_nlink tells the pool to keep it.
 */
static bool hold_open(struct inode *inode, int dir_node, const char *name)
{
	if (!inode || !S_ISREG(inode->i_mode) || !hostfs_i(inode)->users)
		return false;
	hostfs_hold(inode, dir_node, name);
	return hostfs_file_get_open(inode) >= 0;
}

/* Update i_nlink before @name is removed, to recognise the last name. */
static void count_names(struct inode *inode, int dir_node, const char *name)
{
	struct host_stat st;

	if (!host_fs_stat(dir_node, name, &st) && hostfs_same(hostfs_i(inode), &st))
		set_nlink(inode, st.nlink);
}

/* Update @inode after one of its names has been removed. */
static void name_gone(struct inode *inode)
{
	if (S_ISDIR(inode->i_mode))
		clear_nlink(inode);
	else if (inode->i_nlink)
		drop_nlink(inode);
	/* The host may reuse the inode number: a new file must not find this inode. */
	if (!inode->i_nlink)
		remove_inode_hash(inode);
	hostfs_mark_stale(inode);
}

static int remove_name(struct inode *dir, struct dentry *dentry, bool directory)
{
	struct inode *inode = d_inode(dentry);
	int dir_node = hostfs_dir_get(dir), error;
	bool held;

	if (dir_node < 0)
		return dir_node;
	held = hold_open(inode, dir_node, dentry->d_name.name);
	count_names(inode, dir_node, dentry->d_name.name);
	error = host_fs_remove(dir_node, dentry->d_name.name, directory);
	if (!error) {
		name_gone(inode);
		hostfs_mark_stale(dir);
	}
	if (held)
		hostfs_put(inode);
	hostfs_put(dir);
	return error;
}

static int hostfs_unlink(struct inode *dir, struct dentry *dentry)
{
	return remove_name(dir, dentry, false);
}

static int hostfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	return remove_name(dir, dentry, true);
}

static int hostfs_rename(struct mnt_idmap *idmap, struct inode *from_dir,
			 struct dentry *from, struct inode *to_dir, struct dentry *to,
			 unsigned int flags)
{
	struct inode *replaced = d_inode(to);
	int from_node, to_node, error;
	bool held;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	from_node = hostfs_dir_get(from_dir);
	if (from_node < 0)
		return from_node;
	to_node = hostfs_dir_get(to_dir);
	if (to_node < 0) {
		error = to_node;
		goto out_put;
	}
	held = hold_open(replaced, to_node, to->d_name.name);
	if (replaced)
		count_names(replaced, to_node, to->d_name.name);
	error = host_fs_rename(from_node, from->d_name.name, to_node, to->d_name.name, flags);
	if (!error) {
		if (replaced && !(flags & RENAME_EXCHANGE) && replaced != d_inode(from))
			name_gone(replaced);
		hostfs_mark_stale(d_inode(from));
		hostfs_mark_stale(from_dir);
		hostfs_mark_stale(to_dir);
		from->d_time = jiffies;
		to->d_time = jiffies;
	}
	if (held)
		hostfs_put(replaced);
	hostfs_put(to_dir);
out_put:
	hostfs_put(from_dir);
	return error;
}

/* ---- symbolic links ------------------------------------------------------------------ */

static const char *hostfs_get_link(struct dentry *dentry, struct inode *inode,
				   struct delayed_call *done)
{
	struct hostfs_at at;
	char *target;
	ssize_t size;
	int error;

	if (!dentry)
		return ERR_PTR(-ECHILD);
	target = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!target)
		return ERR_PTR(-ENOMEM);
	error = hostfs_at_get(dentry, &at);
	if (error)
		goto out_free;
	size = host_fs_readlink(at.node, at.name, target, PATH_MAX - 1);
	hostfs_at_put(&at);
	if (size < 0) {
		/* The name is no longer a link: make the VFS walk the path again. */
		error = size == -EINVAL || size == -ENOENT ? -ESTALE : size;
		goto out_free;
	}
	target[size] = 0;
	set_delayed_call(done, kfree_link, target);
	return target;

out_free:
	kfree(target);
	return ERR_PTR(error);
}

const struct inode_operations hostfs_symlink_iops = {
	.get_link = hostfs_get_link,
	.getattr = hostfs_getattr,
	.setattr = hostfs_setattr,
};

const struct inode_operations hostfs_dir_iops = {
	.lookup = hostfs_lookup,
	.create = hostfs_create,
	.mkdir = hostfs_mkdir,
	.mknod = hostfs_mknod,
	.symlink = hostfs_symlink,
	.link = hostfs_link,
	.unlink = hostfs_unlink,
	.rmdir = hostfs_rmdir,
	.rename = hostfs_rename,
	.tmpfile = hostfs_tmpfile,
	.getattr = hostfs_getattr,
	.setattr = hostfs_setattr,
	.listxattr = hostfs_listxattr,
};
