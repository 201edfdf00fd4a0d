/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_internal.h - calls between the files of hostfs
 */
#ifndef UM_HOSTFS_INTERNAL_H
#define UM_HOSTFS_INTERNAL_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <um/host.h>

/* What makes a file of the host this one and no other, also after its number was reused. */
struct hostfs_id {
	u64 dev, ino;
	struct host_timestamp btime;
	u32 type;			/* S_IFMT part of the mode */
};

enum hostfs_slot {
	HOSTFS_READ,			/* directories: the handle for names in it */
	HOSTFS_WRITE,			/* may be the same descriptor as for reading */
};

struct hostfs_inode {
	struct inode vfs;
	struct hostfs_id id;

	/* hostfs_fd.c, under its lock */
	int fd[2];			/* by enum hostfs_slot, -1: none */
	struct list_head lru;		/* in the pool while a descriptor is open */
	unsigned int pins;		/* calls that are using one right now */
	unsigned int users;		/* guest opens */
	unsigned int writers;		/* those of them that may write */

	unsigned long checked;		/* jiffies when the attributes were read */
	bool stale;			/* we changed something since */
};

static inline struct hostfs_inode *hostfs_i(const struct inode *inode)
{
	return container_of(inode, struct hostfs_inode, vfs);
}

/* A mounted folder. */
struct hostfs_mount {
	int fd;				/* handle, kept for as long as it is mounted */
	struct host_stat st;		/* of the folder, when it was mounted */
	bool read_only;			/* the command line says so */
	char *path;			/* as the user wrote it, for /proc/mounts */
};

static inline struct hostfs_mount *hostfs_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/* hostfs.c: how owners appear. -EPERM from unmap: no host user stands for this one. */
u32 hostfs_map_uid(u32 host_uid);
u32 hostfs_map_gid(u32 host_gid);
int hostfs_unmap_uid(u32 uid, u32 *host_uid);
int hostfs_unmap_gid(u32 gid, u32 *host_gid);

/* ---- hostfs_fd.c: descriptors --------------------------------------------- */

/* A file by name, good for host_fs_* calls until hostfs_at_put(). */
struct hostfs_at {
	int fd;
	const char *name;
	struct inode *pinned;
	struct name_snapshot snapshot;
	bool has_snapshot;
};

/* Most open descriptors that are kept although nobody needs them right now. */
extern unsigned int hostfs_pool_size;

/*
 * hostfs_dir_get - the handle of directory @dir. hostfs_file_get - a descriptor of @inode,
 * opened if need be. Both pin it: hostfs_put() afterwards. -ESTALE when the host has no
 * such file any more, or another one, under its name.
 */
int hostfs_dir_get(struct inode *dir);
int hostfs_file_get(struct inode *inode, enum hostfs_slot slot);
void hostfs_put(struct inode *inode);

int hostfs_at_get(struct dentry *dentry, struct hostfs_at *at);
void hostfs_at_put(struct hostfs_at *at);

/* hostfs_open_users - open for the guest; hostfs_close_users - the end of that. */
int hostfs_open_users(struct inode *inode, struct dentry *dentry, fmode_t mode);
void hostfs_close_users(struct inode *inode, fmode_t mode);

/* hostfs_give - @fd, open for reading and writing, becomes the inode's. */
void hostfs_give(struct inode *inode, int fd);

/* hostfs_close_all - the inode goes away. */
void hostfs_close_all(struct inode *inode);

/* hostfs_open_again - host_fs_open(), making room when the host has no more descriptors. */
int hostfs_open_again(int fd, const char *name, unsigned int flags, unsigned int mode);

/* ---- hostfs_inode.c: identity and attributes ------------------------------- */

bool hostfs_same(const struct hostfs_inode *hi, const struct host_stat *st);

/* hostfs_iget - the inode for what @st describes, new or known. */
struct inode *hostfs_iget(struct super_block *sb, const struct host_stat *st);

/*
 * hostfs_learn - take over attributes that the host has just told. @own: after a change of
 * our own, the cache is right. Otherwise what is cached of contents that the host changed
 * goes: that may sleep, no folio may be locked.
 */
void hostfs_learn(struct inode *inode, const struct host_stat *st, bool own);

/* hostfs_refresh - ask the host by descriptor @fd and learn. */
int hostfs_refresh(struct inode *inode, int fd, bool own);

static inline void hostfs_mark_stale(struct inode *inode)
{
	hostfs_i(inode)->stale = true;
}

/* hostfs_fresh - were the attributes read so lately that asking again is not worth it? */
bool hostfs_fresh(unsigned long checked);

int hostfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
		   u32 mask, unsigned int flags);
int hostfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);

/* ---- operations ------------------------------------------------------------- */

extern const struct inode_operations hostfs_dir_iops;		/* hostfs_name.c */
extern const struct inode_operations hostfs_symlink_iops;
extern const struct dentry_operations hostfs_dentry_ops;
extern const struct file_operations hostfs_dir_fops;		/* hostfs_dir.c */
extern const struct file_operations hostfs_file_fops;		/* hostfs_file.c */
extern const struct address_space_operations hostfs_aops;
extern const struct xattr_handler *const hostfs_xattr_handlers[];	/* hostfs_xattr.c */
ssize_t hostfs_listxattr(struct dentry *dentry, char *list, size_t size);

/* hostfs_file.c: bytes behind the end in the last cached page become zero. */
void hostfs_zero_tail(struct inode *inode, loff_t size);

#endif /* UM_HOSTFS_INTERNAL_H */
