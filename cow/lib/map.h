/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.h - the map of a layer in memory: look up, change, read and write
 */
#ifndef COW_MAP_H
#define COW_MAP_H

#include "layer.h"

/*
 * cow_map_run - look up the state of @cluster. *@count: in, how many clusters to look at; out, how
 * many of these have that state without a break. Any thread, without a lock.
 */
enum cow_cluster cow_map_run(const struct cow_layer *layer, uint64_t cluster, uint64_t *count);

/* cow_map_set - set the state of clusters. Data must have been written to the file before. */
void cow_map_set(struct cow_layer *layer, uint64_t first, uint64_t count, enum cow_cluster state);

/* cow_map_init - allocate and read the map. cow_map_release - also after a failed init. */
int cow_map_init(struct cow_layer *layer);
void cow_map_release(struct cow_layer *layer);

/*
 * The steps of a sync (layer.c), under sync_lock:
 * cow_map_snapshot - copy the dirty blocks to the shadow; true if there are any.
 * cow_map_write - write these blocks to the file.
 * cow_map_write_failed - after an error, mark them dirty again for the next sync.
 */
bool cow_map_snapshot(struct cow_layer *layer);
int cow_map_write(struct cow_layer *layer);
void cow_map_write_failed(struct cow_layer *layer);

/* The CRCs in the file, only for COW_KIND_LAYER: count the wrong ones; write all. */
int cow_map_crc_faults(struct cow_layer *layer, uint64_t *faults);
int cow_map_put_crcs(struct cow_layer *layer);

/* Entries with the value COW_INVALID: count them; make them absent. */
uint64_t cow_map_count_invalid(const struct cow_layer *layer);
void cow_map_drop_invalid(struct cow_layer *layer);

/* cow_map_data_end - offset in the file at which the last cluster with data ends; 0: none. */
uint64_t cow_map_data_end(const struct cow_layer *layer);

#endif /* COW_MAP_H */
