/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.h - the map of a layer in memory: asked, changed, read, written back
 */
#ifndef COW_MAP_H
#define COW_MAP_H

#include "layer.h"

/*
 * cow_map_run - state of @cluster, and in *@count how many from there, at most *@count,
 * have the same. cow_map_set - from now on these clusters have that state; what is to be
 * found there must have been written.
 */
enum cow_cluster cow_map_run(const struct cow_layer *layer, uint64_t cluster, uint64_t *count);
void cow_map_set(struct cow_layer *layer, uint64_t first, uint64_t count, enum cow_cluster state);

/* cow_map_init - allocate and read; cow_map_release also after it failed. */
int cow_map_init(struct cow_layer *layer);
void cow_map_release(struct cow_layer *layer);

/*
 * The steps of a sync (layer.c): snapshot tells whether there is anything to write; after a
 * cow_map_write() that failed, cow_map_write_failed() has it written another time.
 */
bool cow_map_snapshot(struct cow_layer *layer);
int cow_map_write(struct cow_layer *layer);
void cow_map_write_failed(struct cow_layer *layer);

/* CRCs on the disk: compare, write. Layers only. */
int cow_map_crc_faults(struct cow_layer *layer, uint64_t *faults);
int cow_map_put_crcs(struct cow_layer *layer);

/* Impossible entries: count them; make them absent. */
uint64_t cow_map_count_invalid(const struct cow_layer *layer);
void cow_map_drop_invalid(struct cow_layer *layer);

uint64_t cow_map_blocks(const struct cow_layer *layer);
/* cow_map_data_end - where in the file the last cluster with data ends; 0: none. */
uint64_t cow_map_data_end(const struct cow_layer *layer);

#endif /* COW_MAP_H */
