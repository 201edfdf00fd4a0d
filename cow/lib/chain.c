// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain.c - find the layer that provides a sector, and read the sector
 *
 * Theory of operation
 *
 * The map of the top layer says data, zeros or absent for each cluster. Absent clusters are
 * looked up in `owner`, an array with one byte for each unit of the disk. chain_open.c computes
 * this array from the maps of all lower layers, which never change while the chain is open. So a
 * read costs the same at any depth. Neighbouring clusters with the same source become one transfer.
 *
 * Called by the driver's worker threads, by umlab-disk and by chain_write.c, on any thread and
 * without locks. A read that races with a write returns the old or the new content of each
 * sector.
 */
#include "chain.h"

#include "cursor.h"
#include "map.h"

/* ---- sources --------------------------------------------------------------------- */

static bool last_is_raw(const struct cow_chain *chain)
{
	return chain->layers[chain->nr_layers - 1]->kind == COW_KIND_RAW;
}

static void source_last(const struct cow_chain *chain, uint64_t offset, uint64_t end,
			struct cow_source *source)
{
	unsigned int last = chain->nr_layers - 1;
	uint64_t raw_end = last_is_raw(chain) ? chain->layers[last]->size : 0;

	source->state = offset < raw_end ? COW_DATA : COW_ZERO;
	source->layer = last;
	source->end = offset < raw_end && raw_end < end ? raw_end : end;
}

static void source_below(const struct cow_chain *chain, uint64_t offset, uint64_t end,
			 struct cow_source *source)
{
	uint64_t unit = offset >> chain->unit_bits, stop;
	uint8_t owner;

	if (!chain->owner || unit >= chain->nr_units) {
		source_last(chain, offset, end, source);
		return;
	}
	owner = chain->owner[unit];
	stop = ((end - 1) >> chain->unit_bits) + 1;
	if (stop > chain->nr_units)
		stop = chain->nr_units;
	while (++unit < stop && chain->owner[unit] == owner)
		;
	if (unit << chain->unit_bits < end)
		end = unit << chain->unit_bits;
	if (!owner) {
		source_last(chain, offset, end, source);
		return;
	}
	source->state = owner == COW_OWNER_ZERO ? COW_ZERO : COW_DATA;
	source->layer = owner == COW_OWNER_ZERO ? 0 : owner;
	source->end = end;
}

void cow_chain_source(const struct cow_chain *chain, unsigned int from, uint64_t offset,
		      uint64_t end, struct cow_source *source)
{
	const struct cow_layer *top = chain->layers[0];
	enum cow_cluster state;
	uint64_t first, count;

	if (from || !top->entry_bits) {
		source_below(chain, offset, end, source);
		return;
	}
	first = offset >> top->cluster_bits;
	count = ((end - 1) >> top->cluster_bits) + 1 - first;
	state = cow_map_run(top, first, &count);
	if ((first + count) << top->cluster_bits < end)
		end = (first + count) << top->cluster_bits;
	if (state == COW_ABSENT) {
		source_below(chain, offset, end, source);
		return;
	}
	source->state = state;
	source->layer = 0;
	source->end = end;
}

/* ---- reading ------------------------------------------------------------------------ */

static void fill_zeros(const struct cow_iovec *vec, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		memset(vec[i].base, 0, vec[i].size);
}

static int read_source(struct cow_chain *chain, const struct cow_source *source,
		       struct cow_iovec *vec, unsigned int count, uint64_t offset, uint64_t size,
		       unsigned int flags)
{
	const struct cow_layer *layer = chain->layers[source->layer];
	ssize_t done;

	if (source->state == COW_ZERO) {
		fill_zeros(vec, count);
		return 0;
	}
	done = chain->io->readv(chain->io, layer->file, vec, count, layer->data_offset + offset,
				flags);
	if (done < 0)
		return done;
	/* A short read means that someone truncated the file while it was open. */
	return (uint64_t)done == size ? 0 : -EIO;
}

static int read_from(struct cow_chain *chain, unsigned int from, struct cow_iovec *vec,
		     unsigned int count, uint64_t offset, uint64_t size, unsigned int flags)
{
	struct cow_iovec part[COW_VEC_MAX];
	struct cursor cursor = { vec, count, 0 };
	struct cow_source source;
	uint64_t end = offset + size, taken;
	unsigned int nr;
	int ret;

	if (end > chain->size || end < offset)
		return -EINVAL;
	while (offset < end) {
		cow_chain_source(chain, from, offset, end, &source);
		while (offset < source.end) {
			taken = cursor_take(&cursor, source.end - offset, part, COW_VEC_MAX, &nr);
			if (!taken)
				return -EINVAL;
			ret = read_source(chain, &source, part, nr, offset, taken, flags);
			if (ret)
				return ret;
			offset += taken;
		}
	}
	return 0;
}

int cow_chain_read(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		   uint64_t offset, uint64_t size, unsigned int flags)
{
	return read_from(chain, 0, vec, count, offset, size, flags);
}

int cow_chain_read_below(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size)
{
	struct cow_iovec vec = { to, size };

	return read_from(chain, 1, &vec, 1, offset, size, 0);
}
