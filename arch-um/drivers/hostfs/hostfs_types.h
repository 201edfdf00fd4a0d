/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_types.h - define the inodes and mounts of hostfs, for all files hostfs*.c
 */
#ifndef HOSTFS_TYPES_H
#define HOSTFS_TYPES_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <um/host.h>

/* Identifies a file on the host, even after the host has reused its inode number. */
struct hostfs_id {
	u64 dev, ino;
	struct host_timestamp btime;
	u32 type;			/* S_IFMT part of the mode */
};

enum hostfs_slot {
	HOSTFS_READ,
	HOSTFS_WRITE,			/* may be the same descriptor as for reading */
};

struct hostfs_inode {
	struct inode vfs;
	struct hostfs_id id;

	/* Under the lock of hostfs_fd.c. */
	int fd[2];			/* of a regular file, by enum hostfs_slot; -1: none */
	int node;			/* of a directory, or of a file without a name; -1: none */
	struct list_head lru;		/* in the pool while a descriptor is open */
	unsigned int pins;		/* calls that are using a descriptor right now */
	unsigned int users;		/* how often the guest has the file open */
	unsigned int writers;		/* of these, how often for writing */

	unsigned long checked;		/* jiffies when the attributes were read */
	bool stale;			/* the guest has changed something since then */
};

static inline struct hostfs_inode *hostfs_i(const struct inode *inode)
{
	return container_of(inode, struct hostfs_inode, vfs);
}

/* Does @st describe the file that @hi stands for? */
static inline bool hostfs_same(const struct hostfs_inode *hi, const struct host_stat *st)
{
	return hi->id.ino == st->ino && hi->id.dev == st->dev &&
	       hi->id.type == (st->mode & S_IFMT) &&
	       hi->id.btime.sec == st->btime.sec && hi->id.btime.nsec == st->btime.nsec;
}

/* Make the next getattr ask the host, after the guest has changed something. */
static inline void hostfs_mark_stale(struct inode *inode)
{
	hostfs_i(inode)->stale = true;
}

/* A mounted folder. */
struct hostfs_mount {
	int node;			/* open as long as the folder is mounted */
	struct host_stat st;		/* attributes of the folder when it was mounted */
	bool read_only;			/* hostfs= on the command line says so */
	char *path;			/* as the user wrote it, for /proc/mounts */

	/* Sets the operations of a new inode according to its type. */
	void (*set_operations)(struct inode *inode, const struct host_stat *st);
};

static inline struct hostfs_mount *hostfs_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

#endif /* HOSTFS_TYPES_H */
