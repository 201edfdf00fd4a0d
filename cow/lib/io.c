// SPDX-License-Identifier: GPL-2.0-only
/*
 * io.c - provide whole transfers and a mutex on top of struct cow_io
 *
 * Called by all modules of cow/, on any thread of umlab-disk or of the disk driver.
 */
#include "io.h"

int cow_io_read_padded(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset)
{
	struct cow_iovec vec = { to, size };
	ssize_t done = io->readv(io, file, &vec, 1, offset, 0);

	if (done < 0)
		return done;
	memset((char *)to + done, 0, size - done);
	return 0;
}

int cow_io_read(const struct cow_io *io, int file, void *to, size_t size, uint64_t offset)
{
	struct cow_iovec vec = { to, size };
	ssize_t done = io->readv(io, file, &vec, 1, offset, 0);

	if (done < 0)
		return done;
	return (size_t)done == size ? 0 : -EIO;
}

int cow_io_write(const struct cow_io *io, int file, const void *from, size_t size,
		 uint64_t offset)
{
	struct cow_iovec vec = { (void *)from, size };
	ssize_t done = io->writev(io, file, &vec, 1, offset);

	if (done < 0)
		return done;
	return (size_t)done == size ? 0 : -EIO;
}

void cow_mutex_lock(const struct cow_io *io, struct cow_mutex *mutex)
{
	uint32_t seen = 0;

	if (__atomic_compare_exchange_n(&mutex->word, &seen, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&mutex->word, 2, __ATOMIC_ACQUIRE))
		io->sleep(io, &mutex->word, 2);
}

void cow_mutex_unlock(const struct cow_io *io, struct cow_mutex *mutex)
{
	if (__atomic_exchange_n(&mutex->word, 0, __ATOMIC_RELEASE) == 2)
		io->wake(io, &mutex->word);
}
