// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_chain.c - store the sectors of a disk in a chain of cow/: a raw file, or layers
 *
 * ubd_worker.c calls the operations on worker threads; ubd_now.c calls read_now and write_now
 * on the machine's own thread.
 */
#include "worker/ubd_chain.h"

#include <cow.h>

_Static_assert(sizeof(struct host_iovec) == sizeof(struct cow_iovec) &&
	       offsetof(struct host_iovec, base) == offsetof(struct cow_iovec, base) &&
	       offsetof(struct host_iovec, size) == offsetof(struct cow_iovec, size),
	       "cow/ takes the pieces of a request unchanged");

static struct cow_iovec *io_vec(struct ubd_io *io)
{
	return (struct cow_iovec *)io->vec;
}

static int chain_read(struct ubd_store *store, struct ubd_io *io)
{
	return cow_chain_read(store->chain, io_vec(io), io->nr_vec, io->offset, io->size, 0);
}

static int chain_read_now(struct ubd_store *store, struct ubd_io *io)
{
	int ret;

	if (store->never_now)
		return -EAGAIN;
	ret = cow_chain_read(store->chain, io_vec(io), io->nr_vec, io->offset, io->size,
			     COW_IO_NOWAIT);
	if (ret == -EOPNOTSUPP)
		store->never_now = true;
	/* Leave every error to a worker: its attempt reports what is wrong. */
	return ret ? -EAGAIN : 0;
}

static int chain_write(struct ubd_store *store, struct ubd_io *io)
{
	return cow_chain_write(store->chain, io_vec(io), io->nr_vec, io->offset, io->size);
}

static int chain_write_now(struct ubd_store *store, struct ubd_io *io)
{
	return cow_chain_write_now(store->chain, io_vec(io), io->nr_vec, io->offset, io->size);
}

static int chain_zero(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	return cow_chain_zero(store->chain, offset, size);
}

static int chain_discard(struct ubd_store *store, uint64_t offset, uint64_t size)
{
	return cow_chain_discard(store->chain, offset, size);
}

static int chain_sync(struct ubd_store *store)
{
	return cow_chain_flush(store->chain);
}

static const struct ubd_store_ops chain_ops = {
	.read = chain_read,
	.read_now = chain_read_now,
	.write = chain_write,
	.write_now = chain_write_now,
	.zero = chain_zero,
	.discard = chain_discard,
	.sync = chain_sync,
};

void ubd_chain_resized(struct ubd_store *store)
{
	store->size = store->chain->size / 512 * 512;
}

static uint32_t discard_granularity(const struct cow_layer *top)
{
	const uint32_t page_size = 4096;

	if (!top->writable)
		return 0;
	if (top->entry_bits == 2)
		return cow_layer_cluster_size(top);
	return top->can_punch ? page_size : 0;
}

void ubd_chain_init(struct ubd_store *store, struct cow_chain *chain)
{
	store->ops = &chain_ops;
	store->chain = chain;
	store->discard_granularity = discard_granularity(chain->layers[0]);
	store->leased = chain->layers[0]->lease;
	ubd_chain_resized(store);
}
