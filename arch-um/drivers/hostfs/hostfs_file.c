// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_file.c - read and write host files through the guest's page cache
 *
 * The VFS and writeback call these operations in task context.
 *
 * Theory of operation
 *
 * Reads go through the page cache. write() stores into the page cache and into the host file at
 * once: the host sees the data when write() returns, and write() itself reports a full disk or an
 * exceeded quota. A write reads nothing: a folio that was not cached is written through and stays
 * "not up to date". Only shared mappings make folios dirty. writepages() stores dirty folios, at
 * the latest when the last writer closes the file, because the descriptor for writing is closed
 * then.
 *
 * The size of the host file equals i_size at all times: write() and truncate() change both, and
 * mappings cannot extend a file.
 *
 * Limits: with O_APPEND the end of the file is looked up just before the write, so a writer on the
 * host may write in between. O_DIRECT reads from the host instead of the cache and needs no
 * alignment. fsync() waits for the host's disk; sync() and syncfs() wait for the whole host file
 * system that contains the mounted folder.
 */
#include "hostfs_file.h"

#include <linux/falloc.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "hostfs_fd.h"
#include "hostfs_inode.h"
#include "hostfs_xattr.h"

enum {
	HOSTFS_READAHEAD = 32,		/* folios in one host call */
};

/* ---- reading ------------------------------------------------------------------ */

/* Fill @folio from the host, with zeros past the end of the file. */
static int folio_fill(struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	size_t size = folio_size(folio);
	int fd = hostfs_file_get(inode, HOSTFS_READ);
	ssize_t done;

	if (fd < 0)
		return fd;
	done = host_file_pread(fd, folio_address(folio), size, folio_pos(folio));
	hostfs_put(inode);
	if (done < 0)
		return done;
	folio_zero_segment(folio, done, size);
	return 0;
}

static int hostfs_read_folio(struct file *file, struct folio *folio)
{
	int error = folio_fill(folio);

	folio_end_read(folio, !error);
	return error;
}

/* Read @nr neighbouring folios with one host call and unlock them. */
static void folios_read(int fd, struct folio **folios, unsigned int nr)
{
	struct host_iovec vec[HOSTFS_READAHEAD];
	ssize_t left;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		vec[i].base = folio_address(folios[i]);
		vec[i].size = folio_size(folios[i]);
	}
	left = host_file_preadv(fd, vec, nr, folio_pos(folios[0]), 0);
	for (i = 0; i < nr; i++) {
		size_t size = folio_size(folios[i]);

		if (left >= 0 && left < size)
			folio_zero_segment(folios[i], left, size);
		folio_end_read(folios[i], left >= 0);
		if (left >= 0)
			left = left > size ? left - size : 0;
	}
}

static void hostfs_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	int fd = hostfs_file_get(inode, HOSTFS_READ);
	struct folio *folios[HOSTFS_READAHEAD];
	unsigned int nr;

	/* The VFS reads the remaining folios one by one, which reports the error. */
	if (fd < 0)
		return;
	do {
		for (nr = 0; nr < HOSTFS_READAHEAD; nr++) {
			folios[nr] = readahead_folio(rac);
			if (!folios[nr])
				break;
		}
		if (nr)
			folios_read(fd, folios, nr);
	} while (nr == HOSTFS_READAHEAD);
	hostfs_put(inode);
}

static ssize_t hostfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	int error;

	if ((iocb->ki_flags & IOCB_DIRECT) && iov_iter_count(to)) {
		loff_t end = iocb->ki_pos + iov_iter_count(to) - 1;

		iocb->ki_flags &= ~IOCB_DIRECT;
		error = filemap_write_and_wait_range(mapping, iocb->ki_pos, end);
		if (error)
			return error;
		invalidate_inode_pages2_range(mapping, iocb->ki_pos >> PAGE_SHIFT,
					      end >> PAGE_SHIFT);
	}
	return generic_file_read_iter(iocb, to);
}

/* ---- writing -------------------------------------------------------------------- */

static int hostfs_write_begin(struct file *file, struct address_space *mapping, loff_t pos,
			      unsigned int len, struct folio **foliop, void **fsdata)
{
	struct folio *folio = __filemap_get_folio(mapping, pos >> PAGE_SHIFT,
						  FGP_WRITEBEGIN | fgf_set_order(len),
						  mapping_gfp_mask(mapping));

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	*foliop = folio;
	return 0;
}

/* The host has taken [@from, @from + @size) of @folio. Mark @folio if it is now up to date. */
static void folio_written(struct folio *folio, size_t from, size_t size, loff_t old_size)
{
	size_t end = from + size;

	if (folio_test_uptodate(folio) || from)
		return;
	if (end < folio_size(folio)) {
		if (folio_pos(folio) + end < old_size)
			return;
		folio_zero_segment(folio, end, folio_size(folio));
	}
	folio_mark_uptodate(folio);
}

static int hostfs_write_end(struct file *file, struct address_space *mapping, loff_t pos,
			    unsigned int len, unsigned int copied, struct folio *folio,
			    void *fsdata)
{
	struct inode *inode = mapping->host;
	size_t from = offset_in_folio(folio, pos);
	loff_t old_size = i_size_read(inode);
	int fd = hostfs_file_get(inode, HOSTFS_WRITE);
	ssize_t done = fd;

	if (fd >= 0) {
		done = host_file_pwrite(fd, folio_address(folio) + from, copied, pos);
		hostfs_put(inode);
	}
	if (done >= 0) {
		folio_written(folio, from, done, old_size);
		if (pos + done > old_size)
			i_size_write(inode, pos + done);
	} else if (folio_test_uptodate(folio) && !folio_test_dirty(folio)) {
		/* The cache holds data that the host refused: read the folio again. */
		folio_fill(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
	return done;
}

/* Learn the new size and times after the guest has changed the contents. */
static void learn_result(struct inode *inode)
{
	int fd = hostfs_file_get(inode, HOSTFS_WRITE);

	if (fd < 0)
		return;
	hostfs_refresh(inode, fd, true);
	hostfs_put(inode);
}

static ssize_t hostfs_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	ssize_t done;
	int fd;

	inode_lock(inode);
	if (iocb->ki_flags & IOCB_APPEND) {
		fd = hostfs_file_get(inode, HOSTFS_WRITE);
		if (fd >= 0) {
			hostfs_refresh(inode, fd, false);
			hostfs_put(inode);
		}
	}
	done = generic_write_checks(iocb, from);
	if (done > 0) {
		iocb->ki_flags &= ~IOCB_DIRECT;
		done = file_remove_privs(file) ?: done;
	}
	if (done > 0) {
		if (iocb->ki_pos > i_size_read(inode))
			hostfs_zero_tail(inode, i_size_read(inode));
		done = generic_perform_write(iocb, from);
		learn_result(inode);
	}
	inode_unlock(inode);
	return done > 0 ? generic_write_sync(iocb, done) : done;
}

/* ---- dirty folios of mappings ------------------------------------------------------ */

/* Write @folio, which is locked, to the host and unlock it. */
static int folio_store(struct inode *inode, struct folio *folio, int fd)
{
	loff_t size = i_size_read(inode), pos = folio_pos(folio);
	size_t len = folio_size(folio);
	ssize_t done;

	if (pos >= size) {
		folio_unlock(folio);
		return 0;
	}
	if (pos + len > size) {
		len = size - pos;
		folio_zero_segment(folio, len, folio_size(folio));
	}
	folio_start_writeback(folio);
	folio_unlock(folio);
	done = fd < 0 ? fd : host_file_pwrite(fd, folio_address(folio), len, pos);
	if (done < 0)
		mapping_set_error(inode->i_mapping, done);
	folio_end_writeback(folio);
	return done < 0 ? done : 0;
}

static int hostfs_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct inode *inode = mapping->host;
	struct folio *folio = NULL;
	int fd, error = 0;

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	fd = hostfs_file_get(inode, HOSTFS_WRITE);
	while ((folio = writeback_iter(mapping, wbc, folio, &error)))
		error = folio_store(inode, folio, fd);
	if (fd >= 0) {
		hostfs_refresh(inode, fd, true);
		hostfs_put(inode);
	}
	return error;
}

const struct address_space_operations hostfs_aops = {
	.read_folio = hostfs_read_folio,
	.readahead = hostfs_readahead,
	.write_begin = hostfs_write_begin,
	.write_end = hostfs_write_end,
	.writepages = hostfs_writepages,
	.dirty_folio = filemap_dirty_folio,
	.migrate_folio = filemap_migrate_folio,
};

/* ---- open files ---------------------------------------------------------------------- */

static int hostfs_open(struct inode *inode, struct file *file)
{
	int error = hostfs_open_users(inode, file_dentry(file), file->f_mode);
	int fd;

	if (error)
		return error;
	/* An open shows the current contents of the host file. */
	fd = hostfs_file_get(inode, file->f_mode & FMODE_READ ? HOSTFS_READ : HOSTFS_WRITE);
	if (fd >= 0) {
		hostfs_refresh(inode, fd, false);
		hostfs_put(inode);
	}
	file->f_mode |= FMODE_CAN_ODIRECT;
	return 0;
}

static int hostfs_release(struct inode *inode, struct file *file)
{
	if (file->f_mode & FMODE_WRITE)
		filemap_write_and_wait(inode->i_mapping);
	hostfs_close_users(inode, file->f_mode);
	return 0;
}

static int hostfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	int error = file_write_and_wait_range(file, start, end);
	int fd;

	if (error)
		return error;
	fd = hostfs_file_get(inode, file->f_mode & FMODE_WRITE ? HOSTFS_WRITE : HOSTFS_READ);
	if (fd < 0)
		return fd;
	error = host_file_sync(fd, datasync);
	hostfs_put(inode);
	return error;
}

/* Call fallocate() on the host. Drop cached pages of the range, so that mappings see the change. */
static int allocate(struct inode *inode, int fd, int mode, loff_t offset, loff_t end)
{
	loff_t old_size = i_size_read(inode);
	int error;

	filemap_invalidate_lock(inode->i_mapping);
	error = filemap_write_and_wait_range(inode->i_mapping, offset, end - 1);
	if (!error)
		error = host_fs_allocate(fd, mode, offset, end - offset);
	if (!error && mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		truncate_pagecache_range(inode, offset, end - 1);
	if (!error && !(mode & FALLOC_FL_KEEP_SIZE) && end > old_size)
		hostfs_zero_tail(inode, old_size);
	hostfs_refresh(inode, fd, true);
	filemap_invalidate_unlock(inode->i_mapping);
	return error;
}

static long hostfs_fallocate(struct file *file, int mode, loff_t offset, loff_t size)
{
	struct inode *inode = file_inode(file);
	int fd, error;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	inode_lock(inode);
	error = mode & FALLOC_FL_KEEP_SIZE ? 0 : inode_newsize_ok(inode, offset + size);
	if (!error)
		error = file_remove_privs(file);
	if (error)
		goto out_unlock;
	fd = hostfs_file_get(inode, HOSTFS_WRITE);
	if (fd < 0) {
		error = fd;
		goto out_unlock;
	}
	error = allocate(inode, fd, mode, offset, offset + size);
	hostfs_put(inode);
out_unlock:
	inode_unlock(inode);
	return error;
}

const struct inode_operations hostfs_file_iops = {
	.getattr = hostfs_getattr,
	.setattr = hostfs_setattr,
	.listxattr = hostfs_listxattr,
};

const struct file_operations hostfs_file_fops = {
	.open = hostfs_open,
	.release = hostfs_release,
	.read_iter = hostfs_read_iter,
	.write_iter = hostfs_write_iter,
	.llseek = generic_file_llseek,
	.mmap = generic_file_mmap,
	.fsync = hostfs_fsync,
	.fallocate = hostfs_fallocate,
	.splice_read = filemap_splice_read,
	.splice_write = iter_file_splice_write,
};
