// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs.c - mount host folders in the guest: file system type, options, superblock
 *
 *   linux ... hostfs=/srv/course,ro:/home/me/share      what the guest may reach
 *   mount -t hostfs none /mnt -o /home/me/share/lab1     in the guest; also -o ...,ro
 *   rootfstype=hostfs rootflags=/srv/root root=hostfs    as the root file system
 *
 * Only folders that hostfs= names, and folders below them, can be mounted. Another host process,
 * the hostfs server, opens the named folders when the machine starts and keeps them open over
 * restarts of the machine (host/hostfs/). Every access starts from such a folder and goes component
 * by component. The guest's VFS follows symbolic links, but the host never does: a link to /etc
 * leads to the guest's /etc. No remount can override "ro" on the command line.
 *
 * Access rights. On the host one user makes all accesses: the user who started the machine. This
 * user and its group appear as 0 in the guest (hostfs_owner.c). A guest chown() succeeds only where
 * the host lets this user do it: if nothing changes, or for a group that the user belongs to. Mode
 * bits are those on the host. The guest checks mode bits for its own users. The host checks them
 * for this user, so guest root may be denied access to files of other host users. Files that other
 * guest users create appear to belong to root. Only the extended attributes user.* exist.
 *
 * What a guest cannot make, because it would have a meaning on the host: files with set-user-ID or
 * set-group-ID bits, device nodes, and FIFOs (EPERM). Bits that the host user has set are visible
 * and count in the guest; a file loses them when the guest opens it for writing. A guest may
 * remove such bits, but not set them again. Directories keep the set-group-ID bit that they have.
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

/* A folder that the guest may mount, and what is below it. */
struct hostfs_mountable {
	const char *name;
	size_t size;			/* length of the name; of "/" 0 */
	bool read_only;
	int node;
};

static struct hostfs_mountable hostfs_mountables[HOSTFS_ROOTS];
static unsigned int hostfs_nr_mountables;
static const char *hostfs_setting;	/* value of hostfs= */
static struct kmem_cache *hostfs_inode_cache;

/* ---- the option hostfs= ------------------------------------------------------------ */

static int __init hostfs_setup(char *value)
{
	hostfs_setting = value;
	return 1;
}
__setup("hostfs=", hostfs_setup);

/* Ask the server for a folder that it has opened. Its word counts, whatever the option says. */
static int __init mountable_add(const struct hostfs_root *root, void *context)
{
	struct hostfs_mountable *folder = &hostfs_mountables[hostfs_nr_mountables];

	folder->node = host_fs_root(root->name, &folder->read_only);
	if (folder->node < 0) {
		pr_err("hostfs: %s: the server has no such folder (error %d)\n", root->name,
		       -folder->node);
		return 0;
	}
	folder->name = kstrdup(root->name, GFP_KERNEL);
	if (!folder->name)
		return -ENOMEM;
	folder->size = strcmp(root->name, "/") ? strlen(root->name) : 0;
	hostfs_nr_mountables++;
	return 0;
}

static void __init mountables_find(void)
{
	struct hostfs_root *root = kmalloc(sizeof(*root), GFP_KERNEL);
	const char *why = "out of memory";

	if (!root || hostfs_option_parse(hostfs_setting, root, mountable_add, NULL, &why) < 0)
		pr_err("hostfs=%s: %s\n", hostfs_setting, why);
	kfree(root);
}

/* Returns the innermost allowed folder that contains @path, and in *@rest the path below it. */
static const struct hostfs_mountable *folder_find(const char *path, const char **rest)
{
	const struct hostfs_mountable *found = NULL, *folder;

	for (folder = hostfs_mountables; folder < hostfs_mountables + hostfs_nr_mountables;
	     folder++) {
		size_t size = folder->size;

		if (strncmp(path, folder->name, size) || (path[size] && path[size] != '/'))
			continue;
		if (!found || size > found->size) {
			found = folder;
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
	hi->fd[HOSTFS_READ] = hi->fd[HOSTFS_WRITE] = hi->node = -1;
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
	return wait ? host_fs_sync(hostfs_sb(sb)->node, true) : 0;
}

static int hostfs_statfs(struct dentry *dentry, struct kstatfs *result)
{
	struct host_statfs st;
	int error = host_fs_statfs(hostfs_sb(dentry->d_sb)->node, &st);

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
	if (mount->node >= 0)
		host_fs_close(mount->node);
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
	return hostfs_nr_mountables == 1 ? hostfs_mountables[0].name : NULL;
}

static struct hostfs_mount *mount_open(struct fs_context *fc)
{
	const char *path = wanted_path(fc), *rest;
	const struct hostfs_mountable *folder = path ? folder_find(path, &rest) : NULL;
	struct hostfs_mount *mount;
	int error;

	if (!folder) {
		errorf(fc,
		       "hostfs: %s is in no folder that hostfs= on the kernel command line names",
		       path ? path : "(nothing)");
		return ERR_PTR(-EACCES);
	}
	mount = kzalloc(sizeof(*mount), GFP_KERNEL);
	if (!mount)
		return ERR_PTR(-ENOMEM);
	mount->read_only = folder->read_only;
	mount->set_operations = set_operations;
	mount->path = kstrdup(path, GFP_KERNEL);
	mount->node = host_fs_walk(folder->node, rest, &mount->st);
	error = mount->node < 0 ? mount->node : 0;
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
		mountables_find();
	}
	return register_filesystem(&hostfs_type);
}
fs_initcall(hostfs_init);
