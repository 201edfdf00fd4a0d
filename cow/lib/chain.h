/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain.h - find the layer that provides a sector, and read the sector
 *
 * A chain consists of a top layer and all layers below it, down to a raw file or to nothing.
 * Only the top layer is ever written. chain_open.c builds the structure, chain_write.c changes
 * the top layer, and chain.c reads. Any number of threads may read and write at the same time.
 */
#ifndef COW_CHAIN_H
#define COW_CHAIN_H

#include "layer.h"

enum {
	COW_CHAIN_MAX = 64,		/* layers with a map; one raw file may lie below them */
	COW_RANGES = 16,		/* changes of the top map that may be in progress at once */
	COW_OWNER_ZERO = 0xff,
};

/*
 * A range of clusters whose map entries are about to change. The thread that holds the range has
 * exclusive access to these entries (chain_range.c).
 */
struct cow_range {
	uint64_t first, end;		/* end 0: not in use */
	uint8_t *buffer;		/* one cluster */
};

struct cow_chain {
	const struct cow_io *io;
	uint64_t size;
	unsigned int nr_layers;
	struct cow_layer *layers[COW_CHAIN_MAX + 1];	/* [0] is the top */

	/*
	 * owner: for each unit of the disk, the layer below the top that provides it.
	 * COW_OWNER_ZERO stands for zeros. 0 stands for the last layer, or for zeros if the last
	 * layer is not a raw file. Any other value is an index in layers. NULL: 0 everywhere.
	 */
	uint8_t *owner;
	uint64_t nr_units;
	unsigned int unit_bits;

	struct cow_mutex range_lock;
	uint32_t range_freed;		/* changes each time a range is released */
	struct cow_range ranges[COW_RANGES];
};

/*
 * cow_chain_read - read @size bytes at @offset into @vec
 * @vec: modified by the call
 * @flags: COW_IO_NOWAIT: fail with -EAGAIN instead of waiting for a disk
 */
int cow_chain_read(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		   uint64_t offset, uint64_t size, unsigned int flags);

/* cow_chain_read_below - read what the layers below the top provide. */
int cow_chain_read_below(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size);

/* Where the content at an offset comes from. */
struct cow_source {
	enum cow_cluster state;		/* COW_DATA or COW_ZERO */
	unsigned int layer;		/* COW_DATA: index in layers */
	uint64_t end;			/* the source is the same up to here */
};

/*
 * cow_chain_source - find the source of the content at @offset
 * @from: first layer to consider: 0 for the whole chain, 1 for what lies below the top
 * @end: do not look further than this offset
 */
void cow_chain_source(const struct cow_chain *chain, unsigned int from, uint64_t offset,
		      uint64_t end, struct cow_source *source);

#endif /* COW_CHAIN_H */
