/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layer.h - open, lock, write, sync, seal and close one file of a chain
 *
 * Here a "layer" is any file of a chain, including a raw file or a COW V1 to V3 file. Used by the
 * chain code (chain*.c), by identity.c and create.c, and by umlab-disk for work on a single file.
 */
#ifndef COW_LAYER_H
#define COW_LAYER_H

#include "header.h"
#include "io.h"

enum cow_layer_open {
	COW_LAYER_WRITE = 1,
	COW_LAYER_SHARED = 2,		/* take no lock */
	COW_LAYER_RAW = 4,		/* treat as raw, whatever its first bytes look like */
	COW_LAYER_DAMAGED = 8,		/* for check: open although the map is damaged */
};

struct cow_layer {
	const struct cow_io *io;
	int file;
	enum cow_kind kind;
	bool writable;
	bool probed_raw;		/* raw by its content, not declared raw by the user */
	bool can_punch;
	bool remote;			/* on another host, so a write may take long */
	char *path;
	size_t path_size;

	uint64_t size;			/* of the content */
	unsigned int cluster_bits;
	unsigned int entry_bits;	/* of the map: 1 or 2; raw: 0 */
	uint64_t nr_clusters;
	uint64_t map_offset, map_size;	/* bytes */
	uint64_t data_offset;

	/*
	 * map: the current map; read without a lock, changed under map_lock.
	 * shadow: the map as it is on the disk, or as the current sync will write it.
	 * dirty: one bit for each block in which map differs from shadow.
	 * writing: one bit for each block that the current sync writes.
	 * All but map exist only if the layer is writable.
	 */
	uint8_t *map, *shadow, *dirty, *writing;
	struct cow_mutex map_lock;
	struct cow_mutex sync_lock;	/* held across a sync; taken before map_lock */
	int lost;			/* error of a sync that may have lost data; permanent */
	bool begun;			/* the header says dirty; changed under sync_lock */

	struct cow_disk_layer *header;	/* only for COW_KIND_LAYER */
	unsigned int header_place;	/* 0 or 1: where the current header is */
	struct cow_old *old;		/* only for COW V1 to V3 */
	struct cow_lease *lease;	/* NULL: the layer needs no lease */
};

/*
 * cow_layer_open - open and lock a file
 * @flags: enum cow_layer_open
 * @layer: set to the open layer on success
 */
int cow_layer_open(const struct cow_io *io, const char *path, unsigned int flags,
		   struct cow_layer **layer, struct cow_error *error);
/*
 * cow_layer_close - write out a changed layer and mark it clean, then free it. The layer is freed
 * even if an error is returned. NULL is allowed.
 */
int cow_layer_close(struct cow_layer *layer);

/*
 * cow_layer_begin - mark the header dirty. Must be called before each write; all calls but the
 * first are cheap.
 */
int cow_layer_begin(struct cow_layer *layer);

/*
 * cow_layer_sync - put all completed writes and their map entries on stable storage
 *
 * -ENOSPC, -EDQUOT: nothing is lost; a later call succeeds when there is space again. Any other
 * error is permanent: the host may have lost data, and all later calls fail with the same error.
 */
int cow_layer_sync(struct cow_layer *layer);

/*
 * cow_layer_put_header - write the changed header over the older of the two in the file. The
 * caller holds sync_lock or is the only user of the layer.
 */
int cow_layer_put_header(struct cow_layer *layer);

/* cow_layer_seal - store the content hash in the header. The layer is never written again. */
int cow_layer_seal(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE]);

static inline uint64_t cow_layer_cluster_size(const struct cow_layer *layer)
{
	return 1ULL << layer->cluster_bits;
}

#endif /* COW_LAYER_H */
