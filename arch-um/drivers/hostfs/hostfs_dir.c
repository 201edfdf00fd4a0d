// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_dir.c - read host directories
 *
 * A position in a guest directory is the host's position (d_off). The entries "." and ".." also
 * come from the host. So the position is as stable as the host file system makes it while entries
 * come and go, and nothing is stored for each entry. An open directory has its own list node until
 * the guest closes it, because some host file systems bind positions to descriptors. The open
 * directory also keeps the records that did not fit into the guest's buffer. The VFS calls these
 * operations in task context.
 */
#include "hostfs_dir.h"

#include <linux/slab.h>
#include "hostfs_fd.h"

enum {
	HOSTFS_RECORDS_SIZE = 16384,
};

struct hostfs_dir {
	int list;
	loff_t at;			/* position of records[next] */
	unsigned int next, end;		/* records[next ... end) are not yet delivered */
	char records[HOSTFS_RECORDS_SIZE] __aligned(8);
};

static int hostfs_dir_open(struct inode *inode, struct file *file)
{
	struct hostfs_dir *dir = kvmalloc(sizeof(*dir), GFP_KERNEL);
	int node;

	if (!dir)
		return -ENOMEM;
	node = hostfs_dir_get(inode);
	if (node < 0) {
		kvfree(dir);
		return node;
	}
	dir->list = hostfs_list_again(node);
	hostfs_put(inode);
	if (dir->list < 0) {
		int error = dir->list;

		kvfree(dir);
		return error;
	}
	dir->at = 0;
	dir->next = dir->end = 0;
	file->private_data = dir;
	return 0;
}

static int hostfs_dir_release(struct inode *inode, struct file *file)
{
	struct hostfs_dir *dir = file->private_data;

	host_fs_close(dir->list);
	kvfree(dir);
	return 0;
}

/*
 * Make sure that there is a record for @position. Returns 1; 0 at the end of the directory; or
 * -errno.
 */
static int dir_fill(struct hostfs_dir *dir, loff_t position)
{
	bool goes_on = position == dir->at;
	ssize_t size;

	if (goes_on && dir->next < dir->end)
		return 1;
	dir->next = dir->end = 0;
	size = host_fs_readdir(dir->list, goes_on ? -1 : position, dir->records,
			       sizeof(dir->records));
	if (size < 0)
		return size;
	dir->at = position;
	dir->end = size;
	return size > 0;
}

/* Returns the inode number that stat() reports, as far as the directory entry tells it. */
static u64 entry_ino(struct file *file, const struct host_dirent *entry, size_t name_size)
{
	struct inode *inode = file_inode(file);
	u64 other_fs;

	if (entry->name[0] == '.' && name_size == 1)
		return inode->i_ino;
	if (entry->name[0] == '.' && name_size == 2 && entry->name[1] == '.')
		return d_parent_ino(file_dentry(file));
	other_fs = (inode->i_ino ^ hostfs_i(inode)->id.ino) & ~0xffffffffULL;
	return entry->ino ^ other_fs;
}

static int hostfs_iterate(struct file *file, struct dir_context *ctx)
{
	struct hostfs_dir *dir = file->private_data;
	int result;

	while ((result = dir_fill(dir, ctx->pos)) > 0) {
		struct host_dirent *entry = (void *)dir->records + dir->next;
		size_t name_size = strlen(entry->name);

		if (!dir_emit(ctx, entry->name, name_size, entry_ino(file, entry, name_size),
			      entry->type))
			return 0;
		dir->next += entry->size;
		dir->at = entry->next;
		ctx->pos = entry->next;
	}
	return result;
}

static int hostfs_dir_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	int node = hostfs_dir_get(inode), error;

	if (node < 0)
		return node;
	error = host_fs_sync(node, false);
	hostfs_put(inode);
	return error;
}

const struct file_operations hostfs_dir_fops = {
	.open = hostfs_dir_open,
	.release = hostfs_dir_release,
	.iterate_shared = hostfs_iterate,
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.fsync = hostfs_dir_fsync,
};
