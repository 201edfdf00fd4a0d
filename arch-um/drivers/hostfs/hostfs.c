// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs.c - mount host folders in the guest: file system type, options, superblock
 *
 *   linux ... hostfs=/srv/course,ro:/home/me/share      what the guest may reach
 *   mount -t hostfs none /mnt -o /home/me/share/lab1     in the guest; also -o ...,ro
 *   rootfstype=hostfs rootflags=/srv/root root=hostfs    as the root file system
 *
 * Only folders that hostfs= names, and folders below them, can be mounted. The handles of the named
 * folders are opened when the kernel starts, before any guest program runs. Every access starts
 * from such a handle and goes component by component. The guest's VFS follows symbolic links, but
 * the host never does (host/io/hostfs_host.c): a link to /etc leads to the guest's /etc. No remount
 * can override "ro" on the command line.
 *
 * Access rights. On the host one user makes all accesses: the user who started the machine. This
 * user and its group appear as 0 in the guest (hostfs_owner.c). A guest chown() succeeds only where
 * the host lets this user do it: if nothing changes, or for a group that the user belongs to. Mode
 * bits are those on the host. The guest checks mode bits for its own users. The host checks them
 * for this user, so guest root may be denied access to files of other host users. Files that other
 * guest users create appear to belong to root. There are no device nodes. Only the extended
 * attributes user.* exist.
 *
 * The other files handle descriptors (hostfs_fd.c), identity and attributes (hostfs_inode.c), names
 * (hostfs_name.c), directories (hostfs_dir.c), contents (hostfs_file.c), extended attributes
 * (hostfs_xattr.c), owners (hostfs_owner.c) and the option hostfs= (hostfs_option.c). The VFS calls
 * all of them in task context.
 */
#include <linux/fs_context.h>
#include <linux/init.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include "hostfs_dir.h"
#include "hostfs_fd.h"
#include "hostfs_file.h"
#include "hostfs_inode.h"
#include "hostfs_name.h"
#include "hostfs_option.h"
#include "hostfs_owner.h"
#include "hostfs_types.h"
#include "hostfs_xattr.h"

enum {
	HOSTFS_POOL_MAX = 4096,
};

static struct hostfs_root hostfs_roots[HOSTFS_ROOTS];
static unsigned int hostfs_nr_roots;
static const char *hostfs_setting;	/* value of hostfs= */
static struct kmem_cache *hostfs_inode_cache;

/* ---- the option hostfs= ------------------------------------------------------------ */

static int __init hostfs_setup(char *value)
{
	hostfs_setting = value;
	return 1;
}
__setup("hostfs=", hostfs_setup);

static void __init open_roots(void)
{
	const char *why;
	int nr = hostfs_option_parse(hostfs_setting, hostfs_roots, &why), i;

	if (nr < 0) {
		pr_err("hostfs=%s: %s\n", hostfs_setting, why);
		return;
	}
	for (i = 0; i < nr; i++) {
		struct hostfs_root *root = &hostfs_roots[hostfs_nr_roots];
		char *path = kstrndup(hostfs_roots[i].path, hostfs_roots[i].path_size ?: 1,
				      GFP_KERNEL);

		if (!path)
			return;
		*root = hostfs_roots[i];
		root->fd = host_fs_open_root(path);
		if (root->fd >= 0) {
			root->path = path;
			hostfs_nr_roots++;
			continue;
		}
		pr_err("hostfs: %s: %s, left out\n", path,
		       root->fd == -ENOENT ? "no such folder on the host" :
		       root->fd == -ENOTDIR ? "is not a folder" :
		       root->fd == -EACCES ? "permission denied" : "cannot be opened");
		kfree(path);
	}
}

/* Returns the innermost allowed folder that contains @path, and in *@rest the path below it. */
static const struct hostfs_root *find_root(const char *path, const char **rest)
{
	const struct hostfs_root *found = NULL, *root;

	for (root = hostfs_roots; root < hostfs_roots + hostfs_nr_roots; root++) {
		size_t size = root->path_size;

		if (strncmp(path, root->path, size) || (path[size] && path[size] != '/'))
			continue;
		if (!found || size > found->path_size) {
			found = root;
			*rest = path + size;
		}
	}
	if (found)
		*rest += strspn(*rest, "/");
	return found;
}

/* ---- superblock ----------------------------------------------------------------------- */

static struct inode *hostfs_alloc_inode(struct super_block *sb)
{
	struct hostfs_inode *hi = alloc_inode_sb(sb, hostfs_inode_cache, GFP_KERNEL);

	if (!hi)
		return NULL;
	hi->fd[HOSTFS_READ] = hi->fd[HOSTFS_WRITE] = -1;
	INIT_LIST_HEAD(&hi->lru);
	hi->pins = hi->users = hi->writers = 0;
	hi->checked = jiffies;
	hi->stale = false;
	return &hi->vfs;
}

static void hostfs_free_inode(struct inode *inode)
{
	kmem_cache_free(hostfs_inode_cache, hostfs_i(inode));
}

static void hostfs_evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	hostfs_close_all(inode);
}

/* sync() calls this twice. The first call need not wait, so only the second asks the host. */
static int hostfs_sync_fs(struct super_block *sb, int wait)
{
	return wait ? host_fs_sync(hostfs_sb(sb)->fd) : 0;
}

static int hostfs_statfs(struct dentry *dentry, struct kstatfs *result)
{
	struct host_statfs st;
	int error = host_fs_statfs(hostfs_sb(dentry->d_sb)->fd, &st);

	if (error)
		return error;
	result->f_type = HOSTFS_SUPER_MAGIC;
	result->f_bsize = st.block_size;
	result->f_frsize = st.fragment_size;
	result->f_blocks = st.blocks;
	result->f_bfree = st.free;
	result->f_bavail = st.available;
	result->f_files = st.files;
	result->f_ffree = st.files_free;
	result->f_namelen = st.name_size;
	return 0;
}

static int hostfs_show_options(struct seq_file *seq, struct dentry *root)
{
	seq_show_option(seq, hostfs_sb(root->d_sb)->path, NULL);
	return 0;
}

static const struct super_operations hostfs_super_ops = {
	.alloc_inode = hostfs_alloc_inode,
	.free_inode = hostfs_free_inode,
	.evict_inode = hostfs_evict_inode,
	.sync_fs = hostfs_sync_fs,
	.statfs = hostfs_statfs,
	.show_options = hostfs_show_options,
};

static void set_operations(struct inode *inode, const struct host_stat *st)
{
	switch (st->mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &hostfs_file_iops;
		inode->i_fop = &hostfs_file_fops;
		inode->i_mapping->a_ops = &hostfs_aops;
		mapping_set_large_folios(inode->i_mapping);
		break;
	case S_IFDIR:
		inode->i_op = &hostfs_dir_iops;
		inode->i_fop = &hostfs_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &hostfs_symlink_iops;
		break;
	default:
		inode->i_op = &hostfs_file_iops;
		init_special_inode(inode, st->mode, MKDEV(st->rdev_major, st->rdev_minor));
	}
}

static int fill_super(struct super_block *sb)
{
	struct hostfs_mount *mount = hostfs_sb(sb);
	struct inode *root;
	int error;

	sb->s_magic = HOSTFS_SUPER_MAGIC;
	sb->s_op = &hostfs_super_ops;
	sb->s_d_op = &hostfs_dentry_ops;
	sb->s_xattr = hostfs_xattr_handlers;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_time_gran = 1;
	error = super_setup_bdi(sb);
	if (error)
		return error;
	root = hostfs_iget(sb, &mount->st);
	if (IS_ERR(root))
		return PTR_ERR(root);
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/* ---- mounting ---------------------------------------------------------------------------- */

static void mount_free(struct hostfs_mount *mount)
{
	if (!mount)
		return;
	if (mount->fd >= 0)
		host_file_close(mount->fd);
	kfree(mount->path);
	kfree(mount);
}

/* Take the path: "/dir" is an option without a value. A path with "=" needs "hostfs=/dir". */
static int hostfs_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	const char *path = param->key;

	if (*path != '/') {
		if (strcmp(path, "hostfs") || param->type != fs_value_is_string)
			return -ENOPARAM;
		path = param->string;
	} else if (param->type == fs_value_is_string && param->size) {
		return invalf(fc, "hostfs: %s=...: write hostfs=PATH for paths with =", path);
	}
	kfree(fc->fs_private);
	fc->fs_private = kstrdup(path, GFP_KERNEL);
	return fc->fs_private ? 0 : -ENOMEM;
}

/* Returns the folder that the mount names or, if it names none, the only allowed folder. */
static const char *wanted_path(struct fs_context *fc)
{
	if (fc->fs_private)
		return fc->fs_private;
	if (fc->source && *fc->source == '/')
		return fc->source;
	return hostfs_nr_roots == 1 ? hostfs_roots[0].path : NULL;
}

static struct hostfs_mount *mount_open(struct fs_context *fc)
{
	const char *path = wanted_path(fc), *rest;
	const struct hostfs_root *root = path ? find_root(path, &rest) : NULL;
	struct hostfs_mount *mount;
	int error;

	if (!root) {
		errorf(fc,
		       "hostfs: %s is in no folder that hostfs= on the kernel command line names",
		       path ? path : "(nothing)");
		return ERR_PTR(-EACCES);
	}
	mount = kzalloc(sizeof(*mount), GFP_KERNEL);
	if (!mount)
		return ERR_PTR(-ENOMEM);
	mount->read_only = root->read_only;
	mount->set_operations = set_operations;
	mount->path = kstrdup(path, GFP_KERNEL);
	mount->fd = host_fs_open_beneath(root->fd, rest);
	error = mount->fd < 0 ? mount->fd : host_fs_stat(mount->fd, ".", &mount->st);
	if (!error && !mount->path)
		error = -ENOMEM;
	if (error) {
		mount_free(mount);
		errorf(fc, "hostfs: cannot open %s: not a folder, or a link in its path", path);
		return ERR_PTR(error);
	}
	return mount;
}

/*
 * Does @sb show the folder of the new mount, with the same access? Then both mounts share @sb and
 * its cache.
 */
static int mount_test(struct super_block *sb, struct fs_context *fc)
{
	const struct hostfs_mount *a = hostfs_sb(sb), *b = fc->s_fs_info;

	return a->st.dev == b->st.dev && a->st.ino == b->st.ino && a->read_only == b->read_only;
}

static int hostfs_get_tree(struct fs_context *fc)
{
	struct hostfs_mount *mount = mount_open(fc);
	struct super_block *sb;
	int error = 0;

	if (IS_ERR(mount))
		return PTR_ERR(mount);
	if (mount->read_only)
		fc->sb_flags |= SB_RDONLY;
	fc->s_fs_info = mount;
	sb = sget_fc(fc, mount_test, set_anon_super_fc);
	/* If no new superblock took over the mount, the mount is still in the context. */
	mount_free(fc->s_fs_info);
	fc->s_fs_info = NULL;
	if (IS_ERR(sb))
		return PTR_ERR(sb);

	if (!sb->s_root)
		error = fill_super(sb);
	else if ((sb->s_flags ^ fc->sb_flags) & SB_RDONLY)
		error = -EBUSY;
	if (error) {
		deactivate_locked_super(sb);
		return error;
	}
	sb->s_flags |= SB_ACTIVE;
	fc->root = dget(sb->s_root);
	return 0;
}

static int hostfs_reconfigure(struct fs_context *fc)
{
	const struct hostfs_mount *mount = hostfs_sb(fc->root->d_sb);

	return mount->read_only && !(fc->sb_flags & SB_RDONLY) ? -EROFS : 0;
}

static void hostfs_free_context(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations hostfs_context_ops = {
	.free = hostfs_free_context,
	.parse_param = hostfs_parse_param,
	.get_tree = hostfs_get_tree,
	.reconfigure = hostfs_reconfigure,
};

static int hostfs_init_context(struct fs_context *fc)
{
	fc->ops = &hostfs_context_ops;
	return 0;
}

static void hostfs_kill_super(struct super_block *sb)
{
	struct hostfs_mount *mount = hostfs_sb(sb);

	kill_anon_super(sb);
	mount_free(mount);
}

static struct file_system_type hostfs_type = {
	.owner = THIS_MODULE,
	.name = "hostfs",
	.init_fs_context = hostfs_init_context,
	.kill_sb = hostfs_kill_super,
};

static void hostfs_init_once(void *hi)
{
	inode_init_once(&((struct hostfs_inode *)hi)->vfs);
}

static int __init hostfs_init(void)
{
	hostfs_inode_cache = kmem_cache_create("hostfs_inode", sizeof(struct hostfs_inode), 0,
					       SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
					       hostfs_init_once);
	if (!hostfs_inode_cache)
		return -ENOMEM;
	if (hostfs_setting) {
		hostfs_owner_init();
		hostfs_fd_init(min(host_fs_max_descriptors() / 2, HOSTFS_POOL_MAX));
		open_roots();
	}
	return register_filesystem(&hostfs_type);
}
fs_initcall(hostfs_init);
