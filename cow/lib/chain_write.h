/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain_write.h - change the disk: write, zero, discard, flush, grow
 *
 * Offsets and sizes are multiples of 512 bytes. All but cow_chain_grow() may be called by any
 * number of threads at once.
 */
#ifndef COW_CHAIN_WRITE_H
#define COW_CHAIN_WRITE_H

#include "chain.h"

/* cow_chain_write - write @vec, which the call modifies. */
int cow_chain_write(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		    uint64_t offset, uint64_t size);

/*
 * cow_chain_write_now - write if this takes no more than a copy to the host's page cache.
 * Otherwise return -EAGAIN and leave @vec unchanged.
 */
int cow_chain_write_now(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
			uint64_t offset, uint64_t size);

/* cow_chain_zero - make the range read as zeros. */
int cow_chain_zero(struct cow_chain *chain, uint64_t offset, uint64_t size);

/*
 * cow_chain_discard - make the range read as zeros, and return its space to the host. -EOPNOTSUPP
 * if the host cannot take space back.
 */
int cow_chain_discard(struct cow_chain *chain, uint64_t offset, uint64_t size);

/* cow_chain_flush - put completed writes on stable storage; see cow_layer_sync() for errors. */
int cow_chain_flush(struct cow_chain *chain);

/* cow_chain_grow - enlarge the disk to @size bytes. No other call may be in progress. */
int cow_chain_grow(struct cow_chain *chain, uint64_t size, struct cow_error *error);

#endif /* COW_CHAIN_WRITE_H */
