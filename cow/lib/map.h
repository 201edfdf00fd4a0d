/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * map.h - look up, change, read and write the map of a layer
 */
#ifndef COW_MAP_H
#define COW_MAP_H

#include "layer.h"

/*
 * cow_map_run - return the state of @cluster. *@count: in, how many clusters to look at; out, how
 * many consecutive clusters have this state. Any thread, without a lock.
 */
enum cow_cluster cow_map_run(const struct cow_layer *layer, uint64_t cluster, uint64_t *count);

/* cow_map_set - set the state of clusters. COW_DATA: the data must already be in the file. */
void cow_map_set(struct cow_layer *layer, uint64_t first, uint64_t count, enum cow_cluster state);

/* cow_map_init - allocate the map and read it from the file. */
int cow_map_init(struct cow_layer *layer);
/* cow_map_release - free the map; needed even after cow_map_init() has failed. */
void cow_map_release(struct cow_layer *layer);

/*
 * The steps of a sync (layer.c), under sync_lock:
 * cow_map_snapshot - copy the dirty blocks to the shadow; true if there are any.
 * cow_map_write - write to the file the blocks that cow_map_snapshot() has copied.
 * cow_map_write_failed - after an error of cow_map_write(), mark its blocks dirty again for the
 * next sync.
 */
bool cow_map_snapshot(struct cow_layer *layer);
int cow_map_write(struct cow_layer *layer);
void cow_map_write_failed(struct cow_layer *layer);

/*
 * Only for COW_KIND_LAYER:
 * cow_map_crc_faults - set *@faults to the number of wrong CRCs of the map in the file.
 * cow_map_put_crcs - write all CRCs of the map to the file.
 */
int cow_map_crc_faults(struct cow_layer *layer, uint64_t *faults);
int cow_map_put_crcs(struct cow_layer *layer);

/*
 * cow_map_count_invalid - count the entries with the value COW_INVALID.
 * cow_map_drop_invalid - make the entries with the value COW_INVALID absent.
 */
uint64_t cow_map_count_invalid(const struct cow_layer *layer);
void cow_map_drop_invalid(struct cow_layer *layer);

/* cow_map_data_end - find where in the file the last cluster with data ends; 0: no data. */
uint64_t cow_map_data_end(const struct cow_layer *layer);

#endif /* COW_MAP_H */
