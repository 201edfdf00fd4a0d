// SPDX-License-Identifier: GPL-2.0-only
/*
 * map.c - look up, change, read and write the map of a layer
 *
 * layer.c explains how the map and the file are kept consistent, and calls the functions that do
 * I/O. chain.c and chain_write.c look up and set entries on any thread of umlab-disk or of the
 * disk driver.
 */
#include "map.h"

#include "crc32c.h"

static inline unsigned int entries_per_byte(const struct cow_layer *layer)
{
	return 8 / layer->entry_bits;
}

static inline uint8_t map_byte(const struct cow_layer *layer, uint64_t at)
{
	return __atomic_load_n(&layer->map[at], __ATOMIC_ACQUIRE);
}

/* Returns a byte in which all entries have this state. */
static inline uint8_t full_byte(const struct cow_layer *layer, enum cow_cluster state)
{
	return layer->entry_bits == 1 ? (state ? 0xff : 0) : state * 0x55;
}

static inline enum cow_cluster byte_entry(const struct cow_layer *layer, uint8_t byte,
					  uint64_t cluster)
{
	unsigned int shift = cluster % entries_per_byte(layer) * layer->entry_bits;

	return byte >> shift & ((1 << layer->entry_bits) - 1);
}

enum cow_cluster cow_map_run(const struct cow_layer *layer, uint64_t cluster, uint64_t *count)
{
	unsigned int per_byte = entries_per_byte(layer);
	uint64_t at = cluster, end = cluster + *count;
	uint8_t byte = map_byte(layer, at / per_byte);
	enum cow_cluster state = byte_entry(layer, byte, at);
	uint8_t full = full_byte(layer, state);

	while (++at < end) {
		if (at % per_byte == 0) {
			byte = map_byte(layer, at / per_byte);
			while (byte == full && at + per_byte < end) {
				at += per_byte;
				byte = map_byte(layer, at / per_byte);
			}
		}
		if (byte_entry(layer, byte, at) != state)
			break;
	}
	*count = at - cluster;
	return state;
}

static void mark_dirty(struct cow_layer *layer, uint64_t byte)
{
	uint64_t block = byte / COW_MAP_BLOCK;

	layer->dirty[block / 8] |= 1 << block % 8;
}

void cow_map_set(struct cow_layer *layer, uint64_t first, uint64_t count, enum cow_cluster state)
{
	unsigned int per_byte = entries_per_byte(layer);
	uint64_t end = first + count;

	cow_mutex_lock(layer->io, &layer->map_lock);
	while (first < end) {
		uint64_t at = first / per_byte;
		uint8_t old = layer->map[at], new = old;

		if (first % per_byte == 0 && end - first >= per_byte) {
			new = full_byte(layer, state);
			first += per_byte;
		} else {
			unsigned int shift = first % per_byte * layer->entry_bits;

			new &= ~(((1 << layer->entry_bits) - 1) << shift);
			new |= state << shift;
			first++;
		}
		if (new != old) {
			__atomic_store_n(&layer->map[at], new, __ATOMIC_RELEASE);
			mark_dirty(layer, at);
		}
	}
	cow_mutex_unlock(layer->io, &layer->map_lock);
}

/* Returns how many blocks of COW_MAP_BLOCK bytes the map has. */
static uint64_t map_blocks(const struct cow_layer *layer)
{
	return (layer->map_size + COW_MAP_BLOCK - 1) / COW_MAP_BLOCK;
}

static int map_load(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;
	uint64_t start = layer->map_offset, end, stop = layer->map_offset + layer->map_size;
	int ret;

	/* Most of a map is a hole. Read only the rest. */
	while (start < stop) {
		end = stop;
		ret = io->next_data(io, layer->file, &start, &end);
		if (ret == -ENXIO)
			return 0;
		if (ret < 0)
			return ret;
		if (start >= stop)
			return 0;
		if (end > stop)
			end = stop;
		/*
		 * Linux transfers at most 2 GiB in one call, and holds its locks only briefly for
		 * small reads.
		 */
		if (end - start > 1 << 24)
			end = start + (1 << 24);
		ret = cow_io_read(io, layer->file, layer->map + (start - layer->map_offset),
				  end - start, start);
		if (ret)
			return ret;
		start = end;
	}
	return 0;
}

uint64_t cow_map_count_invalid(const struct cow_layer *layer)
{
	uint64_t nr = 0;

	if (layer->entry_bits != 2)
		return 0;
	for (uint64_t i = 0; i < layer->map_size; i++)
		for (uint8_t bad = layer->map[i] & layer->map[i] >> 1 & 0x55; bad; bad &= bad - 1)
			nr++;
	return nr;
}

void cow_map_drop_invalid(struct cow_layer *layer)
{
	for (uint64_t i = 0; i < layer->map_size; i++) {
		uint8_t bad = layer->map[i] & layer->map[i] >> 1 & 0x55;

		if (bad) {
			layer->map[i] &= ~(bad | bad << 1);
			mark_dirty(layer, i);
		}
	}
}

uint64_t cow_map_data_end(const struct cow_layer *layer)
{
	uint64_t at = layer->map_size, cluster, end;
	uint8_t byte = 0;

	while (at && !byte) {
		byte = layer->map[--at];
		if (layer->entry_bits == 2)
			byte &= 0x55;	/* ignore zeros, which need no space in the file */
	}
	if (!byte)
		return 0;
	cluster = at * entries_per_byte(layer) + (31 - __builtin_clz(byte)) / layer->entry_bits;
	end = (cluster + 1) << layer->cluster_bits;
	return layer->data_offset + (end < layer->size ? end : layer->size);
}

/* ---- CRCs -------------------------------------------------------------------------------- */

/*
 * Returns the CRC of an empty block. Each CRC is stored XORed with this value. So the stored CRCs
 * of an empty map are zeros, and a new file starts with valid ones.
 */
static uint32_t empty_crc(void)
{
	static const uint8_t empty[COW_MAP_BLOCK];

	return cow_crc32c(0, empty, COW_MAP_BLOCK);
}

static uint32_t block_crc(const struct cow_layer *layer, uint64_t block, uint32_t empty)
{
	return cow_crc32c(0, layer->map + block * COW_MAP_BLOCK, COW_MAP_BLOCK) ^ empty;
}

enum { CRC_BATCH = 1024 };		/* CRCs that are read or written at once */

int cow_map_crc_faults(struct cow_layer *layer, uint64_t *faults)
{
	uint32_t crcs[CRC_BATCH], empty = empty_crc();
	uint64_t nr;
	int ret;

	*faults = 0;
	for (uint64_t first = 0; first < map_blocks(layer); first += nr) {
		nr = map_blocks(layer) - first;
		if (nr > CRC_BATCH)
			nr = CRC_BATCH;
		ret = cow_io_read_padded(layer->io, layer->file, crcs, nr * 4,
					 layer->header->crc_offset + first * 4);
		if (ret)
			return ret;
		for (uint64_t i = 0; i < nr; i++)
			*faults += crcs[i] != block_crc(layer, first + i, empty);
	}
	return 0;
}

int cow_map_put_crcs(struct cow_layer *layer)
{
	uint32_t crcs[CRC_BATCH], empty = empty_crc();
	uint64_t nr;
	int ret;

	for (uint64_t first = 0; first < map_blocks(layer); first += nr) {
		nr = map_blocks(layer) - first;
		if (nr > CRC_BATCH)
			nr = CRC_BATCH;
		for (uint64_t i = 0; i < nr; i++)
			crcs[i] = block_crc(layer, first + i, empty);
		ret = cow_io_write(layer->io, layer->file, crcs, nr * 4,
				   layer->header->crc_offset + first * 4);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- memory, and writing it to the file -------------------------------------------------- */

/* Returns a size in bytes that holds one bit for each COW_MAP_BLOCK bytes of the map. */
static uint64_t flag_bytes(uint64_t map_size)
{
	return cow_round_up(map_size, COW_MAP_BLOCK) / COW_MAP_BLOCK / 8 + 1;
}

void cow_map_release(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;
	uint64_t room = cow_round_up(layer->map_size, COW_MAP_BLOCK);
	uint64_t flags = flag_bytes(layer->map_size);

	io->free(io, layer->map, room);
	io->free(io, layer->shadow, room);
	io->free(io, layer->dirty, flags);
	io->free(io, layer->writing, flags);
	layer->map = layer->shadow = layer->dirty = layer->writing = NULL;
}

int cow_map_init(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;
	uint64_t room = cow_round_up(layer->map_size, COW_MAP_BLOCK);
	uint64_t flags = flag_bytes(layer->map_size);

	layer->map = io->alloc(io, room);
	if (layer->writable) {
		layer->shadow = io->alloc(io, room);
		layer->dirty = io->alloc(io, flags);
		layer->writing = io->alloc(io, flags);
	}
	if (!layer->map)
		return -ENOMEM;
	if (layer->writable && (!layer->shadow || !layer->dirty || !layer->writing))
		return -ENOMEM;
	return map_load(layer);
}

bool cow_map_snapshot(struct cow_layer *layer)
{
	bool any = false;

	cow_mutex_lock(layer->io, &layer->map_lock);
	for (uint64_t i = 0; i < flag_bytes(layer->map_size); i++) {
		layer->writing[i] = layer->dirty[i];
		layer->dirty[i] = 0;
		for (unsigned int bits = layer->writing[i]; bits; bits &= bits - 1) {
			uint64_t at = (i * 8 + __builtin_ctz(bits)) * COW_MAP_BLOCK;

			memcpy(layer->shadow + at, layer->map + at, COW_MAP_BLOCK);
			any = true;
		}
	}
	cow_mutex_unlock(layer->io, &layer->map_lock);
	return any;
}

void cow_map_write_failed(struct cow_layer *layer)
{
	cow_mutex_lock(layer->io, &layer->map_lock);
	for (uint64_t i = 0; i < flag_bytes(layer->map_size); i++)
		layer->dirty[i] |= layer->writing[i];
	cow_mutex_unlock(layer->io, &layer->map_lock);
}

int cow_map_write(struct cow_layer *layer)
{
	uint64_t nr = map_blocks(layer), block = 0, end, size;
	int ret;

	while (block < nr) {
		if (!(layer->writing[block / 8] >> block % 8 & 1)) {
			block++;
			continue;
		}
		for (end = block; end < nr && layer->writing[end / 8] >> end % 8 & 1; end++)
			;
		size = end * COW_MAP_BLOCK;
		if (size > layer->map_size)
			size = layer->map_size;
		size -= block * COW_MAP_BLOCK;
		ret = cow_io_write(layer->io, layer->file, layer->shadow + block * COW_MAP_BLOCK,
				   size, layer->map_offset + block * COW_MAP_BLOCK);
		if (ret)
			return ret;
		block = end;
	}
	return 0;
}
