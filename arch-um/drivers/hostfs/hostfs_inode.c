// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_inode.c - find the inode of a host file, read and set the attributes of the file
 *
 * Inodes are found by device, number, type and birth time: hosts reuse numbers, and an inode
 * must never turn into another file while it is in use.
 *
 * All attributes are the host's. They are read again when they are older than HOSTFS_FRESH,
 * when the guest has changed something (stale), and at every open. Code that changes size or
 * modification time learns the result at once (hostfs_learn()). So if the host later reports
 * another size or modification time, the host has changed the contents. The page cache of the file
 * is then dropped. Pages that the guest wrote through a mapping are written out first: if guest and
 * host both wrote, the guest's data stays.
 *
 * Called in task context: by the VFS, and by the files that look up names or change contents.
 */
#include "hostfs_inode.h"

#include <linux/pagemap.h>
#include "hostfs_fd.h"
#include "hostfs_owner.h"

enum {
	HOSTFS_FRESH = HZ,
	HOSTFS_TRANSFER = 65536,	/* st_blksize: large, as system calls are expensive */
};

bool hostfs_fresh(unsigned long checked)
{
	return time_in_range(jiffies, checked, checked + HOSTFS_FRESH);
}

static int id_test(struct inode *inode, void *st)
{
	return hostfs_same(hostfs_i(inode), st);
}

/* Changes the high half of numbers on other host file systems, so that numbers do not collide. */
static unsigned long inode_number(struct super_block *sb, const struct host_stat *st)
{
	u64 other = st->dev ^ hostfs_sb(sb)->st.dev;

	return st->ino ^ (other * 0x9e3779b97f4a7c15ULL & ~0xffffffffULL);
}

static int id_set(struct inode *inode, void *data)
{
	const struct host_stat *st = data;

	hostfs_i(inode)->id = (struct hostfs_id) {
		.dev = st->dev,
		.ino = st->ino,
		.btime = st->btime,
		.type = st->mode & S_IFMT,
	};
	inode->i_ino = inode_number(inode->i_sb, st);
	inode->i_generation = st->btime.sec ^ st->btime.nsec;
	return 0;
}

/* ---- attributes --------------------------------------------------------------- */

static void copy_attributes(struct inode *inode, const struct host_stat *st)
{
	struct hostfs_inode *hi = hostfs_i(inode);

	inode->i_mode = st->mode;
	i_uid_write(inode, hostfs_owner_map_uid(st->uid));
	i_gid_write(inode, hostfs_owner_map_gid(st->gid));
	set_nlink(inode, st->nlink);
	inode_set_atime(inode, st->atime.sec, st->atime.nsec);
	inode_set_mtime(inode, st->mtime.sec, st->mtime.nsec);
	inode_set_ctime(inode, st->ctime.sec, st->ctime.nsec);
	inode->i_blocks = st->blocks;
	i_size_write(inode, st->size);
	hi->checked = jiffies;
	hi->stale = false;
}

static bool contents_changed(struct inode *inode, const struct host_stat *st)
{
	struct timespec64 mtime = inode_get_mtime(inode);

	return S_ISREG(inode->i_mode) &&
	       (st->size != i_size_read(inode) || st->mtime.sec != mtime.tv_sec ||
		st->mtime.nsec != mtime.tv_nsec);
}

void hostfs_learn(struct inode *inode, const struct host_stat *st, bool own)
{
	bool changed = contents_changed(inode, st);

	copy_attributes(inode, st);
	if (own || !changed || !inode->i_mapping->nrpages)
		return;
	filemap_write_and_wait(inode->i_mapping);
	truncate_pagecache(inode, i_size_read(inode));
	invalidate_inode_pages2(inode->i_mapping);
}

int hostfs_refresh(struct inode *inode, int fd, bool own)
{
	struct host_stat st;
	int error = host_file_stat(fd, &st);

	if (error)
		return error;
	hostfs_learn(inode, &st, own);
	return 0;
}

/* Ask the host for the attributes of @dentry and learn them. @own: the guest has changed them. */
static int refresh_dentry(struct dentry *dentry, bool own)
{
	struct inode *inode = d_inode(dentry);
	struct hostfs_at at;
	struct host_stat st;
	int fd = S_ISREG(inode->i_mode) ? hostfs_file_get_open(inode) : -1, error;

	if (fd >= 0) {
		error = hostfs_refresh(inode, fd, own);
		hostfs_put(inode);
		return error;
	}
	error = hostfs_at_get(dentry, &at);

	if (error)
		return error;
	error = host_fs_stat(at.node, at.name, &st);
	hostfs_at_put(&at);
	if (error == -ENOENT || (!error && !hostfs_same(hostfs_i(inode), &st)))
		return -ESTALE;
	if (error)
		return error;
	hostfs_learn(inode, &st, own);
	return 0;
}

int hostfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
		   u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct hostfs_inode *hi = hostfs_i(inode);
	bool force = hi->stale || (flags & AT_STATX_FORCE_SYNC);
	int error;

	if (force || (!(flags & AT_STATX_DONT_SYNC) && !hostfs_fresh(hi->checked))) {
		error = refresh_dentry(path->dentry, false);
		/* A removed file has no name to ask for: answer with the known attributes. */
		if (error && (error != -ESTALE || inode->i_nlink))
			return error;
	}
	generic_fillattr(idmap, mask, inode, stat);
	stat->blksize = HOSTFS_TRANSFER;
	stat->btime.tv_sec = hi->id.btime.sec;
	stat->btime.tv_nsec = hi->id.btime.nsec;
	if (hi->id.btime.sec)
		stat->result_mask |= STATX_BTIME;
	return 0;
}

/* ---- setattr ------------------------------------------------------------------- */

void hostfs_zero_tail(struct inode *inode, loff_t size)
{
	struct folio *folio;

	if (!(size & ~PAGE_MASK))
		return;
	folio = filemap_lock_folio(inode->i_mapping, size >> PAGE_SHIFT);
	if (IS_ERR(folio))
		return;
	/* What a mapping stored past the end must not show when the file grows. */
	if (folio_test_uptodate(folio))
		folio_zero_segment(folio, offset_in_folio(folio, size), folio_size(folio));
	folio_unlock(folio);
	folio_put(folio);
}

static int set_size(struct inode *inode, loff_t size)
{
	loff_t old = i_size_read(inode);
	int fd = hostfs_file_get(inode, HOSTFS_WRITE), error;

	if (fd < 0)
		return fd;
	error = filemap_write_and_wait(inode->i_mapping);
	if (!error)
		error = host_fs_truncate(fd, size);
	if (!error) {
		if (size > old)
			hostfs_zero_tail(inode, old);
		truncate_setsize(inode, size);
		hostfs_refresh(inode, fd, true);
	}
	hostfs_put(inode);
	return error;
}

/* (u32)-1 means no change, both here and on the host. */
static int owner_to_set(struct inode *inode, const struct iattr *attr, struct host_change *change)
{
	int error = 0;

	change->uid = change->gid = -1;
	if ((attr->ia_valid & ATTR_UID) && !uid_eq(attr->ia_uid, inode->i_uid))
		error = hostfs_owner_unmap_uid(from_kuid(&init_user_ns, attr->ia_uid),
					       &change->uid);
	if (!error && (attr->ia_valid & ATTR_GID) && !gid_eq(attr->ia_gid, inode->i_gid))
		error = hostfs_owner_unmap_gid(from_kgid(&init_user_ns, attr->ia_gid),
					       &change->gid);
	if (change->uid != -1 || change->gid != -1)
		change->what |= HOST_CHANGE_OWNER;
	return error;
}

static struct host_timestamp time_to_set(const struct iattr *attr, unsigned int which,
					 unsigned int exact, const struct timespec64 *time)
{
	struct host_timestamp result = { .nsec = HOST_TIME_KEEP };

	if (attr->ia_valid & exact)
		result = (struct host_timestamp) { time->tv_sec, time->tv_nsec };
	else if (attr->ia_valid & which)
		result.nsec = HOST_TIME_NOW;
	return result;
}

static void times_to_set(const struct iattr *attr, struct host_change *change)
{
	if (!(attr->ia_valid & (ATTR_ATIME | ATTR_MTIME)))
		return;
	/* Setting the size has already set the time to the current time. */
	if ((attr->ia_valid & ATTR_SIZE) && !(attr->ia_valid & ATTR_MTIME_SET))
		return;
	change->what |= HOST_CHANGE_TIMES;
	change->atime = time_to_set(attr, ATTR_ATIME, ATTR_ATIME_SET, &attr->ia_atime);
	change->mtime = time_to_set(attr, ATTR_MTIME, ATTR_MTIME_SET, &attr->ia_mtime);
}

/*
 * The host's rules about set-user-ID bits count. When the VFS wants to remove them after a write or
 * a change of the owner, the host has done so, and a mode without them is always accepted.
 */
static int set_others(struct inode *inode, struct dentry *dentry, const struct iattr *attr)
{
	struct host_change change = {
		.dev = hostfs_i(inode)->id.dev, .ino = hostfs_i(inode)->id.ino,
	};
	struct hostfs_at at;
	int error = owner_to_set(inode, attr, &change);

	if (error)
		return error;
	times_to_set(attr, &change);
	if (attr->ia_valid & ATTR_MODE) {
		change.what |= HOST_CHANGE_MODE;
		change.mode = attr->ia_mode & S_IALLUGO;
	}
	if (!change.what)
		return 0;
	error = hostfs_at_get(dentry, &at);
	if (error)
		return error;
	error = host_fs_change(at.node, at.name, &change);
	hostfs_at_put(&at);
	return error;
}

int hostfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int error = setattr_prepare(idmap, dentry, attr);

	if (error)
		return error;
	if (attr->ia_valid & ATTR_SIZE) {
		error = set_size(inode, attr->ia_size);
		if (error)
			return error;
	}
	/* A later writeback would overwrite the time that is set now. */
	if (attr->ia_valid & ATTR_MTIME) {
		error = filemap_write_and_wait(inode->i_mapping);
		if (error)
			return error;
	}
	if (!(attr->ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME)))
		return 0;

	error = set_others(inode, dentry, attr);
	hostfs_mark_stale(inode);
	refresh_dentry(dentry, true);
	return error;
}

/* ---- inodes ---------------------------------------------------------------------- */

struct inode *hostfs_iget(struct super_block *sb, const struct host_stat *st)
{
	struct inode *inode = iget5_locked(sb, st->ino ^ st->dev, id_test, id_set, (void *)st);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode->i_state & I_NEW)) {
		hostfs_learn(inode, st, false);
		return inode;
	}
	/* The host updates the times, because accesses and changes happen there. */
	inode->i_flags |= S_NOATIME | S_NOCMTIME;
	copy_attributes(inode, st);
	hostfs_sb(sb)->set_operations(inode, st);
	unlock_new_inode(inode);
	return inode;
}
