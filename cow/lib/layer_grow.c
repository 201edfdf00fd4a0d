// SPDX-License-Identifier: GPL-2.0-only
/*
 * layer_grow.c - enlarge a layer or a raw file
 *
 * The map has spare room in the file. So a larger disk needs only a longer file, a larger map in
 * memory and a new header. The header is written last: after a crash before that, the disk has its
 * old size. Called by chain_write.c, in umlab-disk or on a host thread of the disk driver, while
 * no other thread uses the layer.
 */
#include "layer_grow.h"

#include "map.h"

int cow_layer_grow(struct cow_layer *layer, uint64_t size, struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	struct cow_layer old = *layer;
	uint64_t old_size = layer->size;
	int ret;

	if (layer->kind != COW_KIND_RAW && layer->kind != COW_KIND_LAYER)
		return cow_fail(error, -EOPNOTSUPP, "%s: %s cannot grow: convert it to a layer",
				layer->path, cow_kind_name(layer->kind));
	if (size % 512 || size < layer->size || size > 1ULL << COW_SIZE_BITS_MAX)
		return cow_fail(error, -EINVAL,
				"%s: invalid size %U: give at least %U bytes, at most 64 TiB, and "
				"a multiple of 512", layer->path, size, layer->size);
	if (size == layer->size)
		return 0;
	if (layer->kind == COW_KIND_RAW) {
		ret = io->truncate(io, layer->file, size);
		if (ret)
			return cow_fail(error, ret, "%s: cannot grow: %s", layer->path,
					cow_reason(ret));
		layer->size = size;
		return 0;
	}

	ret = cow_layer_begin(layer);
	if (!ret)
		ret = cow_layer_sync(layer);
	if (!ret)
		ret = io->truncate(io, layer->file, layer->data_offset +
				   cow_round_up(size, cow_layer_cluster_size(layer)));
	if (ret)
		return cow_fail(error, ret, "%s: cannot grow: %s", layer->path, cow_reason(ret));
	layer->header->size = size;
	if ((cow_layer_clusters(layer->header) + 3) / 4 > layer->header->map_capacity) {
		layer->header->size = old_size;
		return cow_fail(error, -EFBIG,
				"%s: its map has no room for more than %U bytes of disk: convert "
				"it into a new layer", layer->path,
				layer->header->map_capacity * 4 << layer->cluster_bits);
	}
	layer->size = size;
	layer->nr_clusters = cow_layer_clusters(layer->header);
	layer->map_size = (layer->nr_clusters + 3) / 4;
	ret = cow_map_init(layer);
	if (!ret)
		ret = cow_layer_put_header(layer);
	if (ret) {
		cow_map_release(layer);
		old.header_place = layer->header_place;
		*layer = old;
		layer->header->size = old_size;
		return cow_fail(error, ret, "%s: cannot grow: %s", layer->path, cow_reason(ret));
	}
	cow_map_release(&old);
	return 0;
}
