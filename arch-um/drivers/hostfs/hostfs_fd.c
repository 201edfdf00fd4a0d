// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_fd.c - open descriptors of host files on demand, and close them when room is needed
 *
 * All other files of hostfs get their descriptors from this file, in task context.
 *
 * Theory of operation
 *
 * An inode has up to two descriptors: a directory has one handle (O_PATH), a regular file has one
 * for reading and one for writing, which may be the same. Descriptors are opened when they are
 * first needed. They are closed when the last guest user closes the file, when the inode goes away,
 * or when the pool needs room. The pool lists all inodes with a descriptor, the most recently used
 * first. The pool closes descriptors from the end of the list, except those
 *   - that a call is using (pins),
 *   - of a file that is open for writing: its mode may forbid a second open,
 *   - of a file without a name.
 * A directory is opened again by its path below the mounted folder, a file by its directory
 * and name. If the new descriptor belongs to another file (hostfs_same()), the result is
 * -ESTALE and the VFS walks the path again.
 *
 * hostfs_fd_lock protects fd[], lru and the counts of all inodes. The only host call made under
 * this lock is close.
 */
#include "hostfs_fd.h"

#include <linux/init.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>

enum {
	HOSTFS_EVICT_BATCH = 16,
};

static DEFINE_SPINLOCK(hostfs_fd_lock);
static LIST_HEAD(hostfs_pool);
static unsigned int hostfs_pool_size, hostfs_pool_used;

void __init hostfs_fd_init(unsigned int pool_size)
{
	hostfs_pool_size = pool_size;
}

/* ---- the pool (under the lock) ---------------------------------------------- */

static void pool_touch(struct hostfs_inode *hi)
{
	if (list_empty(&hi->lru))
		hostfs_pool_used++;
	list_move(&hi->lru, &hostfs_pool);
}

static void pool_close(struct hostfs_inode *hi)
{
	int read_fd = hi->fd[HOSTFS_READ], write_fd = hi->fd[HOSTFS_WRITE];

	if (!list_empty(&hi->lru)) {
		list_del_init(&hi->lru);
		hostfs_pool_used--;
	}
	hi->fd[HOSTFS_READ] = hi->fd[HOSTFS_WRITE] = -1;
	if (read_fd >= 0)
		host_file_close(read_fd);
	if (write_fd >= 0 && write_fd != read_fd)
		host_file_close(write_fd);
}

static bool can_evict(const struct hostfs_inode *hi)
{
	return !hi->pins && !hi->writers && (S_ISDIR(hi->id.type) || hi->vfs.i_nlink);
}

/* Close the descriptors of up to @nr inodes, the least recently used first. */
static unsigned int pool_evict(unsigned int nr)
{
	unsigned int looked_at = hostfs_pool_used, evicted = 0;

	while (evicted < nr && looked_at-- && !list_empty(&hostfs_pool)) {
		struct hostfs_inode *hi = list_last_entry(&hostfs_pool, struct hostfs_inode, lru);

		if (can_evict(hi)) {
			pool_close(hi);
			evicted++;
		} else {
			list_move(&hi->lru, &hostfs_pool);
		}
	}
	return evicted;
}

/* Put @fd into the free slots that its @flags fit. Close @fd if there is no such slot. */
static void slot_fill(struct hostfs_inode *hi, int fd, unsigned int flags)
{
	bool used = false;
	int slot;

	for (slot = HOSTFS_READ; slot <= HOSTFS_WRITE; slot++) {
		if (flags & (slot == HOSTFS_READ ? HOST_O_READ : HOST_O_WRITE) &&
		    hi->fd[slot] < 0) {
			hi->fd[slot] = fd;
			used = true;
		}
	}
	if (!used)
		host_file_close(fd);
	pool_touch(hi);
	if (hostfs_pool_used > hostfs_pool_size) {
		hi->pins++;
		pool_evict(HOSTFS_EVICT_BATCH);
		hi->pins--;
	}
}

/* ---- opening ------------------------------------------------------------------ */

static bool make_room(int error)
{
	unsigned int evicted = 0;

	if (error == -EMFILE || error == -ENFILE) {
		spin_lock(&hostfs_fd_lock);
		evicted = pool_evict(HOSTFS_EVICT_BATCH);
		spin_unlock(&hostfs_fd_lock);
	}
	return evicted;
}

int hostfs_open_again(int dir_fd, const char *name, unsigned int flags, unsigned int mode)
{
	int fd;

	do
		fd = host_fs_open(dir_fd, name, flags, mode);
	while (fd < 0 && make_room(fd));
	return fd;
}

/* Returns 0 if @fd is the file that @inode stands for. Otherwise closes @fd and returns -errno. */
static int check_same(struct inode *inode, int fd)
{
	struct host_stat st;
	int error = host_fs_stat(fd, "", &st);

	if (!error && !hostfs_same(hostfs_i(inode), &st))
		error = -ESTALE;
	if (error)
		host_file_close(fd);
	return error;
}

static int pin(struct hostfs_inode *hi, enum hostfs_slot slot)
{
	int fd;

	spin_lock(&hostfs_fd_lock);
	fd = hi->fd[slot];
	if (fd >= 0) {
		hi->pins++;
		pool_touch(hi);
	}
	spin_unlock(&hostfs_fd_lock);
	return fd;
}

static int pin_new(struct hostfs_inode *hi, enum hostfs_slot slot, int fd, unsigned int flags)
{
	spin_lock(&hostfs_fd_lock);
	slot_fill(hi, fd, flags);
	hi->pins++;
	fd = hi->fd[slot];
	spin_unlock(&hostfs_fd_lock);
	return fd;
}

/*
 * Set *@path to the path of @dir below the mounted folder. Returns the buffer that holds the path,
 * for the caller to free.
 */
static char *dir_path(struct inode *dir, char **path)
{
	struct dentry *dentry = d_find_any_alias(dir);
	char *buf = __getname(), *s = ERR_PTR(-ESTALE);

	if (buf && dentry && !d_unlinked(dentry))
		s = dentry_path_raw(dentry, buf, PATH_MAX);
	dput(dentry);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	if (IS_ERR(s)) {
		__putname(buf);
		return s;
	}
	*path = s + 1;
	return buf;
}

static int open_dir(struct inode *dir)
{
	char *path, *buf = dir_path(dir, &path);
	int fd, error;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	do
		fd = host_fs_open_beneath(hostfs_sb(dir->i_sb)->fd, path);
	while (fd < 0 && make_room(fd));
	__putname(buf);
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	if (fd < 0)
		return fd;
	error = check_same(dir, fd);
	return error ? error : fd;
}

int hostfs_dir_get(struct inode *dir)
{
	struct hostfs_inode *hi = hostfs_i(dir);
	int fd = pin(hi, HOSTFS_READ);

	if (fd >= 0)
		return fd;
	fd = open_dir(dir);
	return fd < 0 ? fd : pin_new(hi, HOSTFS_READ, fd, HOST_O_READ);
}

/* Open a regular file by the name in @dentry. */
static int open_file(struct inode *inode, struct dentry *dentry, unsigned int *flags)
{
	struct dentry *parent = dget_parent(dentry);
	struct name_snapshot name;
	int dir_fd, fd, error;

	dir_fd = hostfs_dir_get(d_inode(parent));
	if (dir_fd < 0) {
		dput(parent);
		return dir_fd;
	}
	take_dentry_name_snapshot(&name, dentry);
	fd = hostfs_open_again(dir_fd, name.name.name, *flags, 0);
	/* One descriptor for both directions is better, but not necessary. */
	if (*flags == (HOST_O_READ | HOST_O_WRITE) && (fd == -EACCES || fd == -EPERM)) {
		*flags = HOST_O_WRITE;
		fd = hostfs_open_again(dir_fd, name.name.name, *flags, 0);
	}
	release_dentry_name_snapshot(&name);
	hostfs_put(d_inode(parent));
	dput(parent);

	/* -ENXIO: a FIFO or socket has this name now. */
	if (fd == -ENOENT || fd == -ELOOP || fd == -ENXIO)
		return -ESTALE;
	if (fd < 0)
		return fd;
	error = check_same(inode, fd);
	return error ? error : fd;
}

static int file_get(struct inode *inode, struct dentry *dentry, enum hostfs_slot slot)
{
	struct hostfs_inode *hi = hostfs_i(inode);
	unsigned int flags = slot == HOSTFS_READ ? HOST_O_READ : HOST_O_READ | HOST_O_WRITE;
	struct dentry *alias = NULL;
	int fd = pin(hi, slot);

	if (fd >= 0)
		return fd;
	if (!dentry)
		dentry = alias = d_find_alias(inode);
	if (!dentry)
		return -ESTALE;
	fd = open_file(inode, dentry, &flags);
	dput(alias);
	return fd < 0 ? fd : pin_new(hi, slot, fd, flags);
}

int hostfs_file_get(struct inode *inode, enum hostfs_slot slot)
{
	return file_get(inode, NULL, slot);
}

void hostfs_put(struct inode *inode)
{
	struct hostfs_inode *hi = hostfs_i(inode);

	spin_lock(&hostfs_fd_lock);
	if (!--hi->pins && !hi->users && S_ISREG(hi->id.type))
		pool_close(hi);
	spin_unlock(&hostfs_fd_lock);
}

void hostfs_give(struct inode *inode, int fd)
{
	spin_lock(&hostfs_fd_lock);
	slot_fill(hostfs_i(inode), fd, HOST_O_READ | HOST_O_WRITE);
	spin_unlock(&hostfs_fd_lock);
}

void hostfs_close_all(struct inode *inode)
{
	spin_lock(&hostfs_fd_lock);
	pool_close(hostfs_i(inode));
	spin_unlock(&hostfs_fd_lock);
}

/* ---- guest users ----------------------------------------------------------------- */

int hostfs_open_users(struct inode *inode, struct dentry *dentry, fmode_t mode)
{
	struct hostfs_inode *hi = hostfs_i(inode);
	int fd;

	/* The pin keeps the first descriptor open while the second one is opened. */
	if (mode & FMODE_WRITE) {
		fd = file_get(inode, dentry, HOSTFS_WRITE);
		if (fd < 0)
			return fd;
	}
	if (mode & FMODE_READ) {
		fd = file_get(inode, dentry, HOSTFS_READ);
		if (fd < 0) {
			if (mode & FMODE_WRITE)
				hostfs_put(inode);
			return fd;
		}
	}
	spin_lock(&hostfs_fd_lock);
	hi->users++;
	if (mode & FMODE_WRITE) {
		hi->writers++;
		hi->pins--;
	}
	if (mode & FMODE_READ)
		hi->pins--;
	spin_unlock(&hostfs_fd_lock);
	return 0;
}

void hostfs_close_users(struct inode *inode, fmode_t mode)
{
	struct hostfs_inode *hi = hostfs_i(inode);

	spin_lock(&hostfs_fd_lock);
	if (mode & FMODE_WRITE)
		hi->writers--;
	if (!--hi->users && !hi->pins)
		pool_close(hi);
	spin_unlock(&hostfs_fd_lock);
}

/* ---- names -------------------------------------------------------------------------- */

/* Use the descriptor of a directory or of an open file. False: a name is needed. */
static bool at_self(struct inode *inode, struct hostfs_at *at)
{
	if (S_ISDIR(inode->i_mode)) {
		at->fd = hostfs_dir_get(inode);
		at->name = ".";
	} else {
		at->fd = pin(hostfs_i(inode), HOSTFS_READ);
		if (at->fd < 0)
			at->fd = pin(hostfs_i(inode), HOSTFS_WRITE);
		at->name = "";
		if (at->fd < 0)
			return false;
	}
	at->pinned = inode;
	return true;
}

int hostfs_at_get(struct dentry *dentry, struct hostfs_at *at)
{
	struct dentry *parent;

	at->has_snapshot = false;
	if (at_self(d_inode(dentry), at))
		return at->fd < 0 ? at->fd : 0;

	parent = dget_parent(dentry);
	at->pinned = igrab(d_inode(parent));
	dput(parent);
	if (!at->pinned)
		return -ESTALE;
	at->fd = hostfs_dir_get(at->pinned);
	if (at->fd < 0) {
		iput(at->pinned);
		return at->fd;
	}
	take_dentry_name_snapshot(&at->snapshot, dentry);
	at->has_snapshot = true;
	at->name = at->snapshot.name.name;
	return 0;
}

void hostfs_at_put(struct hostfs_at *at)
{
	hostfs_put(at->pinned);
	if (at->has_snapshot) {
		release_dentry_name_snapshot(&at->snapshot);
		iput(at->pinned);
	}
}
