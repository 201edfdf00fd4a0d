// SPDX-License-Identifier: GPL-2.0-only
/*
 * file_vec.c - transfer data between a file and scattered memory
 *
 * Called by the worker threads of the disk driver and by hostfs, on any thread of the kernel
 * process. A short transfer advances the caller's vector itself past the transferred bytes.
 */
#include <um/host.h>
#include "lx/lx_file.h"

_Static_assert(sizeof(struct host_iovec) == sizeof(struct iovec) &&
	       offsetof(struct host_iovec, base) == offsetof(struct iovec, iov_base) &&
	       offsetof(struct host_iovec, size) == offsetof(struct iovec, iov_len),
	       "host_iovec goes to the host as it is");

/* Remove the first @done bytes, and the pieces that they fill, from the vector. */
static void vec_advance(struct host_iovec **vec, unsigned int *count, size_t done)
{
	while (*count && done >= (*vec)->size) {
		done -= (*vec)->size;
		(*vec)++;
		(*count)--;
	}
	if (*count) {
		(*vec)->base = (char *)(*vec)->base + done;
		(*vec)->size -= done;
	}
}

static ssize_t read_nowait(int fd, struct host_iovec *vec, unsigned int count,
			   uint64_t offset)
{
	size_t size = 0;
	unsigned int i;
	ssize_t done;

	for (i = 0; i < count; i++)
		size += vec[i].size;
	done = lx_preadv2(fd, (struct iovec *)vec, count, offset, RWF_NOWAIT);
	if (done == -ENOSYS)
		return -EOPNOTSUPP;
	return done >= 0 && done < size ? -EAGAIN : done;
}

typedef ssize_t (*transfer_fn)(int fd, const struct iovec *vec, int count, uint64_t offset);

static ssize_t transfer(transfer_fn call, int fd, struct host_iovec *vec, unsigned int count,
			uint64_t offset)
{
	ssize_t total = 0, done;

	while (count) {
		done = call(fd, (struct iovec *)vec, count, offset + total);
		if (done < 0)
			return done;
		if (done == 0)
			break;
		total += done;
		vec_advance(&vec, &count, done);
	}
	return total;
}

ssize_t host_file_preadv(int fd, struct host_iovec *vec, unsigned int count,
			 uint64_t offset, unsigned int flags)
{
	if (flags & HOST_IO_NOWAIT)
		return read_nowait(fd, vec, count, offset);
	return transfer(lx_preadv, fd, vec, count, offset);
}

ssize_t host_file_pwritev(int fd, struct host_iovec *vec, unsigned int count,
			  uint64_t offset)
{
	return transfer(lx_pwritev, fd, vec, count, offset);
}
