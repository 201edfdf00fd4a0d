/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layer.h - one file of a chain: its header, its map in memory, its data
 */
#ifndef COW_LAYER_H
#define COW_LAYER_H

#include "header.h"
#include "io.h"

enum cow_layer_open {
	COW_LAYER_WRITE = 1,
	COW_LAYER_SHARED = 2,		/* take no lock */
	COW_LAYER_RAW = 4,		/* raw, whatever it looks like */
	COW_LAYER_DAMAGED = 8,		/* for check: open in spite of a wrong map */
	COW_LAYER_PEEK = 16,		/* look at the header only: no lock, no map */
};

struct cow_layer {
	const struct cow_io *io;
	int file;
	enum cow_kind kind;
	bool writable;
	bool probed_raw;		/* raw because it looks so, not because the user said so */
	bool can_punch;
	bool remote;			/* a write may wait for another host */
	char *path;
	size_t path_size;

	uint64_t size;			/* of the content */
	unsigned int cluster_bits;
	unsigned int entry_bits;	/* of the map: 1 or 2; raw: 0 */
	uint64_t nr_clusters;
	uint64_t map_offset, map_size;	/* bytes */
	uint64_t data_offset;

	/*
	 * map: the truth, read without a lock, changed under map_lock. shadow: what is on the
	 * disk or on its way there. dirty, writing: a bit for each block of the map that
	 * differs from the shadow, that a sync is writing. The last three: writable only.
	 */
	uint8_t *map, *shadow, *dirty, *writing;
	struct cow_mutex map_lock;
	struct cow_mutex sync_lock;	/* held across a sync; taken before map_lock */
	int lost;			/* error of a sync that may have lost data: for good */
	bool begun;			/* the header says dirty; changes under sync_lock */

	struct cow_disk_layer *header;	/* kind layer */
	unsigned int header_place;
	struct cow_old *old;		/* V1 to V3 */
	struct cow_lease *lease;
};

/*
 * cow_layer_open - also takes the lock. cow_layer_close - brings a layer that was written
 * to the state clean; returns what went wrong with that, the layer is gone all the same.
 */
int cow_layer_open(const struct cow_io *io, const char *path, unsigned int flags,
		   struct cow_layer **layer, struct cow_error *error);
int cow_layer_close(struct cow_layer *layer);

/* cow_layer_begin - before the first write: the header says dirty. Cheap afterwards. */
int cow_layer_begin(struct cow_layer *layer);

/*
 * cow_layer_sync - all writes that returned before are on stable storage with their map.
 * -ENOSPC, -EDQUOT: not yet, try again when there is space. Any other error stays: the host
 * may have lost data, and every later call fails with the same.
 */
int cow_layer_sync(struct cow_layer *layer);

/* cow_layer_put_header - write the changed header to the other place. Under sync_lock or alone. */
int cow_layer_put_header(struct cow_layer *layer);

/* cow_layer_grow - the disk gets larger; what is new reads as zero. Nobody else may use the layer meanwhile. */
int cow_layer_grow(struct cow_layer *layer, uint64_t size, struct cow_error *error);

/* cow_layer_seal - no writes from here on; the content hash goes into the header. */
int cow_layer_seal(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE]);

static inline uint64_t cow_layer_cluster_size(const struct cow_layer *layer)
{
	return 1ULL << layer->cluster_bits;
}

#endif /* COW_LAYER_H */
