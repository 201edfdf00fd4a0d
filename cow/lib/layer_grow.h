/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layer_grow.h - enlarge a layer or a raw file
 */
#ifndef COW_LAYER_GROW_H
#define COW_LAYER_GROW_H

#include "layer.h"

/*
 * cow_layer_grow - enlarge the disk to @size bytes; the new part reads as zeros. The caller must
 * be the only user of the layer.
 */
int cow_layer_grow(struct cow_layer *layer, uint64_t size, struct cow_error *error);

#endif /* COW_LAYER_GROW_H */
