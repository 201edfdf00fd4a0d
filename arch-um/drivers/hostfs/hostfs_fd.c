// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_fd.c - open nodes and descriptors of host files on demand, close them when room is needed
 *
 * All other files of hostfs get their nodes and descriptors from this file, in task context.
 *
 * Theory of operation
 *
 * The hostfs server holds the host's directories open. It names each by a number, the node. A
 * directory has one node. A regular file has one descriptor for reading and one for writing, which
 * may be the same; the server has opened them and passed them on. A file that the guest has open
 * while its name is removed, and a file that never had a name, also has a node, because its
 * attributes can be changed only through the server.
 *
 * Both are opened when they are first needed. They are closed when the last guest user closes the
 * file, when the inode goes away, or when the pool needs room. The pool lists all inodes that have
 * any, the last used first. It closes from its end what can be opened again, that is
 *   - not while a call is using it (pins),
 *   - not those of a file that is open for writing: its mode may forbid a second open,
 *   - not those of a file without a name.
 * A directory is opened again by its path below the mounted folder, a file by its directory
 * and name. If this yields another file (hostfs_same()), the result is -ESTALE and the VFS walks
 * the path again.
 *
 * hostfs_fd_lock protects fd[], node, lru and the counts of all inodes. Under it, the host is only
 * asked to close, which never waits.
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
	int read_fd = hi->fd[HOSTFS_READ], write_fd = hi->fd[HOSTFS_WRITE], node = hi->node;

	if (!list_empty(&hi->lru)) {
		list_del_init(&hi->lru);
		hostfs_pool_used--;
	}
	hi->fd[HOSTFS_READ] = hi->fd[HOSTFS_WRITE] = hi->node = -1;
	if (node >= 0)
		host_fs_close(node);
	if (read_fd >= 0)
		host_file_close(read_fd);
	if (write_fd >= 0 && write_fd != read_fd)
		host_file_close(write_fd);
}

static bool can_evict(const struct hostfs_inode *hi)
{
	return !hi->pins && !hi->writers &&
	       (S_ISDIR(hi->id.type) || (hi->vfs.i_nlink && hi->node < 0));
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

/* Enter @hi into the pool, and make room if the pool is full. */
static void pool_enter(struct hostfs_inode *hi)
{
	pool_touch(hi);
	if (hostfs_pool_used > hostfs_pool_size) {
		hi->pins++;
		pool_evict(HOSTFS_EVICT_BATCH);
		hi->pins--;
	}
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
	pool_enter(hi);
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

int hostfs_open_again(int node, const char *name, unsigned int flags, unsigned int mode,
		      struct host_stat *st)
{
	int fd;

	do
		fd = host_fs_open(node, name, flags, mode, st);
	while (fd < 0 && make_room(fd));
	return fd;
}

int hostfs_open_unnamed(int node, unsigned int mode, struct host_stat *st, int *file_node)
{
	int fd;

	do
		fd = host_fs_open_unnamed(node, mode, st, file_node);
	while (fd < 0 && make_room(fd));
	return fd;
}

int hostfs_list_again(int node)
{
	int list;

	do
		list = host_fs_list(node);
	while (list < 0 && make_room(list));
	return list;
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

/* Pin the node of @hi and return it, or return -1: there is none. */
static int pin_node(struct hostfs_inode *hi)
{
	int node;

	spin_lock(&hostfs_fd_lock);
	node = hi->node;
	if (node >= 0) {
		hi->pins++;
		pool_touch(hi);
	}
	spin_unlock(&hostfs_fd_lock);
	return node;
}

/* Give @hi the new @node, unless it got one meanwhile, and pin its node. */
static int pin_new_node(struct hostfs_inode *hi, int node)
{
	spin_lock(&hostfs_fd_lock);
	hi->pins++;
	if (hi->node < 0)
		hi->node = node;
	else
		host_fs_close(node);
	node = hi->node;
	pool_enter(hi);
	spin_unlock(&hostfs_fd_lock);
	return node;
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
	struct host_stat st;
	int node;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	do
		node = host_fs_walk(hostfs_sb(dir->i_sb)->node, path, &st);
	while (node < 0 && make_room(node));
	__putname(buf);
	if (node == -ENOENT || node == -ENOTDIR || node == -ELOOP)
		return -ESTALE;
	if (node >= 0 && !hostfs_same(hostfs_i(dir), &st)) {
		host_fs_close(node);
		return -ESTALE;
	}
	return node;
}

int hostfs_dir_get(struct inode *dir)
{
	struct hostfs_inode *hi = hostfs_i(dir);
	int node = pin_node(hi);

	if (node >= 0)
		return node;
	node = open_dir(dir);
	return node < 0 ? node : pin_new_node(hi, node);
}

/* Open a regular file by the name in @dentry. */
static int open_file(struct inode *inode, struct dentry *dentry, unsigned int *flags)
{
	struct dentry *parent = dget_parent(dentry);
	struct name_snapshot name;
	struct host_stat st;
	int node, fd;

	node = hostfs_dir_get(d_inode(parent));
	if (node < 0) {
		dput(parent);
		return node;
	}
	take_dentry_name_snapshot(&name, dentry);
	fd = hostfs_open_again(node, name.name.name, *flags, 0, &st);
	/* One descriptor for both directions is better, but not necessary. */
	if (*flags == (HOST_O_READ | HOST_O_WRITE) && (fd == -EACCES || fd == -EPERM)) {
		*flags = HOST_O_WRITE;
		fd = hostfs_open_again(node, name.name.name, *flags, 0, &st);
	}
	release_dentry_name_snapshot(&name);
	hostfs_put(d_inode(parent));
	dput(parent);

	/* -ENXIO: a FIFO or socket has this name now. */
	if (fd == -ENOENT || fd == -ELOOP || fd == -ENXIO)
		return -ESTALE;
	if (fd >= 0 && !hostfs_same(hostfs_i(inode), &st)) {
		host_file_close(fd);
		return -ESTALE;
	}
	return fd;
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

int hostfs_file_get_open(struct inode *inode)
{
	int fd = pin(hostfs_i(inode), HOSTFS_READ);

	return fd >= 0 ? fd : pin(hostfs_i(inode), HOSTFS_WRITE);
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

void hostfs_give_node(struct inode *inode, int node)
{
	struct hostfs_inode *hi = hostfs_i(inode);

	pin_new_node(hi, node);
	spin_lock(&hostfs_fd_lock);
	hi->pins--;
	spin_unlock(&hostfs_fd_lock);
}

int hostfs_hold(struct inode *inode, int dir_node, const char *name)
{
	struct hostfs_inode *hi = hostfs_i(inode);
	struct host_stat st;
	int node;

	if (READ_ONCE(hi->node) >= 0)
		return 0;
	do
		node = host_fs_hold(dir_node, name, &st);
	while (node < 0 && make_room(node));
	if (node < 0)
		return node;
	if (!hostfs_same(hi, &st)) {
		host_fs_close(node);
		return -ESTALE;
	}
	hostfs_give_node(inode, node);
	return 0;
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

/* Use the node of a directory, or of a file without a name. False: a name is needed. */
static bool at_self(struct inode *inode, struct hostfs_at *at)
{
	if (S_ISDIR(inode->i_mode)) {
		at->node = hostfs_dir_get(inode);
		at->name = ".";
	} else {
		at->node = pin_node(hostfs_i(inode));
		at->name = "";
		if (at->node < 0)
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
		return at->node < 0 ? at->node : 0;

	parent = dget_parent(dentry);
	at->pinned = igrab(d_inode(parent));
	dput(parent);
	if (!at->pinned)
		return -ESTALE;
	at->node = hostfs_dir_get(at->pinned);
	if (at->node < 0) {
		iput(at->pinned);
		return at->node;
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
