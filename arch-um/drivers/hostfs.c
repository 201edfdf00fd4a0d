// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs.c - folders of the host as a guest file system: options, mounts, owners
 *
 *   linux ... hostfs=/srv/course,ro:/home/me/share      what the guest may reach
 *   mount -t hostfs none /mnt -o /home/me/share/lab1     in the guest; also -o ...,ro
 *   rootfstype=hostfs rootflags=/srv/root root=hostfs    as the root file system
 *
 * Only folders named by hostfs= and what is beneath them can be mounted. Their handles
 * are opened when the kernel starts, before any guest program runs, and every access
 * goes from there, component by component, with symbolic links followed by the guest's
 * VFS and never by the host (host/hostfs_host.c): a link that points to /etc leads to the
 * guest's /etc. "ro" on the command line holds against any remount.
 *
 * Owners. On the host all of this is done by one user, the one who started the machine.
 * What belongs to that user or group appears as the guest's 0, so guest root owns what it
 * makes; every other host number appears as it is. A guest chown() goes the same way back
 * and succeeds only where the host lets that user do it: no-ops, and groups that the user
 * is a member of. Mode bits are the host's: the guest checks them for its own users, the
 * host for the one user, so guest root may be refused on files of others. Files made by
 * guest users other than root appear as root's. No device nodes; of the extended attributes
 * only user.*.
 *
 * The other files: hostfs_fd.c descriptors, hostfs_inode.c identity and attributes,
 * hostfs_name.c names, hostfs_dir.c directories, hostfs_file.c contents, hostfs_xattr.c
 * extended attributes.
 */
#include "hostfs_internal.h"

#include <linux/fs_context.h>
#include <linux/init.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <asm/um_option.h>

enum {
	HOSTFS_ROOTS = 16,
	HOSTFS_POOL_MAX = 4096,
};

/* A folder that hostfs= names. */
struct hostfs_root {
	const char *path;		/* absolute, without a slash at the end */
	size_t path_size;
	bool read_only;
	int fd;
};

static struct hostfs_root hostfs_roots[HOSTFS_ROOTS];
static unsigned int hostfs_nr_roots;
static const char *hostfs_setting;	/* value of hostfs= */
static u32 hostfs_uid, hostfs_gid;	/* who we are on the host */
static struct kmem_cache *hostfs_inode_cache;

/* ---- owners ---------------------------------------------------------------------- */

u32 hostfs_map_uid(u32 host_uid)
{
	return host_uid == hostfs_uid ? 0 : host_uid;
}

u32 hostfs_map_gid(u32 host_gid)
{
	return host_gid == hostfs_gid ? 0 : host_gid;
}

/* The number that is ours on the host means nobody in the guest: it shows as 0. */
static int unmap(u32 id, u32 own, u32 *host_id)
{
	if (id && id == own)
		return -EPERM;
	*host_id = id ? id : own;
	return 0;
}

int hostfs_unmap_uid(u32 uid, u32 *host_uid)
{
	return unmap(uid, hostfs_uid, host_uid);
}

int hostfs_unmap_gid(u32 gid, u32 *host_gid)
{
	return unmap(gid, hostfs_gid, host_gid);
}

/* ---- the option hostfs= ------------------------------------------------------------ */

/* Read one folder of the list at @s; returns what follows, or NULL with *@why. */
static const char *parse_root(const char *s, struct hostfs_root *root, const char **why)
{
	size_t size = strcspn(s, ",:");

	*root = (struct hostfs_root) { .path = s, .path_size = size, .fd = -1 };
	*why = "folders are named by absolute paths";
	if (*s != '/')
		return NULL;
	while (root->path_size && s[root->path_size - 1] == '/')
		root->path_size--;

	s += size;
	*why = "a folder may be followed by ,ro and :";
	if (*s == ',') {
		size = strcspn(++s, ":");
		if (size != 2 || (strncmp(s, "ro", 2) && strncmp(s, "rw", 2)))
			return NULL;
		root->read_only = s[1] == 'o';
		s += size;
	}
	return *s ? s + 1 : s;
}

/* Read the list @s into @roots, which may be NULL; the number of folders or -EINVAL. */
static int parse_roots(const char *s, struct hostfs_root *roots, const char **why)
{
	struct hostfs_root root;
	int nr = 0;

	do {
		s = parse_root(s, &root, why);
		if (!s)
			return -EINVAL;
		if (nr == HOSTFS_ROOTS) {
			*why = "at most 16 folders";
			return -EINVAL;
		}
		if (roots)
			roots[nr] = root;
		nr++;
	} while (*s);
	return nr;
}

const char *hostfs_option_error(const char *value)
{
	const char *why = NULL;

	return parse_roots(value ? value : "", NULL, &why) < 0 ? why : NULL;
}

int hostfs_check_option(const char *value)
{
	return hostfs_option_error(value) ? -EINVAL : 0;
}

static int __init hostfs_setup(char *value)
{
	hostfs_setting = value;
	return 1;
}
__setup("hostfs=", hostfs_setup);

static void __init open_roots(void)
{
	const char *why;
	int nr = parse_roots(hostfs_setting, hostfs_roots, &why), i;

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

/* The allowed folder that contains @path, the innermost one; *@rest is the way from there. */
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

/* The first of the two calls that sync() makes only starts; the host is asked in the second. */
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

/* "/dir" is an option without a value; "hostfs=/dir" is for paths that contain "=". */
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

/* The folder asked for; with none, the only one there is. */
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
		errorf(fc, "hostfs: %s is in no folder that hostfs= on the kernel command line names",
		       path ? path : "(nothing)");
		return ERR_PTR(-EACCES);
	}
	mount = kzalloc(sizeof(*mount), GFP_KERNEL);
	if (!mount)
		return ERR_PTR(-ENOMEM);
	mount->read_only = root->read_only;
	mount->path = kstrdup(path, GFP_KERNEL);
	mount->fd = host_fs_open_beneath(root->fd, rest);
	error = mount->fd < 0 ? mount->fd : host_fs_stat(mount->fd, ".", &mount->st);
	if (!error && !mount->path)
		error = -ENOMEM;
	if (error) {
		mount_free(mount);
		errorf(fc, "hostfs: %s cannot be opened (a folder, and no link on the way?)", path);
		return ERR_PTR(error);
	}
	return mount;
}

/* The same folder mounted twice is one file system, with one cache. */
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
	/* What a new superblock did not take is still in the context. */
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
		host_fs_owner(&hostfs_uid, &hostfs_gid);
		hostfs_pool_size = min(host_fs_max_descriptors() / 2, HOSTFS_POOL_MAX);
		open_roots();
	}
	return register_filesystem(&hostfs_type);
}
fs_initcall(hostfs_init);
