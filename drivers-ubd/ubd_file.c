// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_file.c - a disk that is one raw file of the host
 *
 * The operations run on worker threads under the rules of ubd_worker.c. The file may
 * be a host block device as well. It is thin: zeroed and discarded ranges become holes.
 *
 * A file that somebody shortens under us must not read as zeros or grow back silently
 * with holes where data was: transfers behind its end fail.
 */
#include "ubd_worker.h"

#include <linux/errno.h>

enum {
	ZEROS_SIZE = 4096,
};

static const char zeros[ZEROS_SIZE];

static int file_read(struct ubd_store *store, struct ubd_io *io)
{
	ssize_t done = host_file_preadv(store->fd, io->vec, io->nr_vec, io->offset, 0);

	if (done < 0)
		return done;
	return done == io->size ? 0 : -EIO;
}

static int file_read_now(struct ubd_store *store, struct ubd_io *io)
{
	ssize_t done;

	if (store->never_now)
		return -EAGAIN;
	done = host_file_preadv(store->fd, io->vec, io->nr_vec, io->offset, HOST_IO_NOWAIT);
	if (done == -EOPNOTSUPP)
		store->never_now = true;
	return done == io->size ? 0 : -EAGAIN;
}

/* 0 if the file still reaches to @end. */
static int file_check_end(struct ubd_store *store, uint64_t end)
{
	uint64_t size;
	int error = host_file_size(store->fd, &size);

	if (error < 0)
		return error;
	return size >= end ? 0 : -EIO;
}

static int file_write(struct ubd_store *store, struct ubd_io *io)
{
	int error = file_check_end(store, io->offset + io->size);
	ssize_t done;

	if (error)
		return error;
	done = host_file_pwritev(store->fd, io->vec, io->nr_vec, io->offset);
	if (done < 0)
		return done;
	return done == io->size ? 0 : -EIO;
}

static int write_zeros(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	struct host_iovec vec[16];
	unsigned int nr;
	uint64_t left;
	ssize_t done;

	while (size) {
		left = size;
		for (nr = 0; nr < 16 && left; nr++) {
			vec[nr].base = (void *)zeros;
			vec[nr].size = left < ZEROS_SIZE ? left : ZEROS_SIZE;
			left -= vec[nr].size;
		}
		done = host_file_pwritev(store->fd, vec, nr, offset);
		if (done < 0)
			return done;
		if (!done)
			return -EIO;
		offset += done;
		size -= done;
	}
	return 0;
}

static int file_discard(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	int error = file_check_end(store, offset + size);

	if (error)
		return error;
	return host_file_punch(store->fd, offset, size);
}

static int file_zero(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	int error = -EOPNOTSUPP;

	if (store->can_punch)
		error = file_discard(store, offset, size);
	if (error != -EOPNOTSUPP)
		return error;
	error = file_check_end(store, offset + size);
	return error ? error : write_zeros(store, offset, size);
}

static int file_sync(struct ubd_store *store)
{
	return host_file_sync(store->fd, true);
}

static const struct ubd_store_ops file_ops = {
	.read = file_read,
	.read_now = file_read_now,
	.write = file_write,
	.zero = file_zero,
	.discard = file_discard,
	.sync = file_sync,
};

int ubd_file_init(struct ubd_store *store, int fd)
{
	uint64_t size;
	int error = host_file_size(fd, &size);

	if (error < 0)
		return error;
	store->ops = &file_ops;
	store->fd = fd;
	store->size = size;
	/* A hole behind the end changes nothing, but tells whether the host can make one. */
	store->can_punch = host_file_punch(fd, (size + 4095) & ~4095ULL, 4096) != -EOPNOTSUPP;
	return 0;
}
