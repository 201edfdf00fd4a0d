// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain_write.c - what a write, a zeroing, a discard does to the top layer of a chain
 *
 * Theory of operation
 *
 * Writing. Clusters that the top layer has are overwritten in place. Others are written
 * whole: what the request does not cover at its two ends is read from below first and
 * goes out in the same transfer. The map follows when the data has been written, so a
 * write that fails leaves the cluster as it was. Zeros are a map entry and nothing else,
 * but for the sectors of a cluster that is only partly zeroed.
 *
 * Two requests at once. The guest may write two parts of one absent cluster at the same
 * time: the second must not copy what the first has replaced. So whoever changes map
 * entries holds the range of their clusters (`ranges`, each with a buffer for one
 * cluster) from looking at the entries until they are set. Writes in place hold nothing:
 * they touch their own sectors only, and an entry leaves the state data only by a zero
 * or discard of the whole cluster, which then overlaps with them anyway.
 *
 * Crash. See layer.c: each sector is old or new, and new for good after a flush.
 *
 * A raw file as only layer is written like any other file. It never gets what looks like
 * a header in its first bytes, lest the next one to open it follow that to a file of the
 * guest's choice; a user who names it as raw can do without this.
 */
#include "chain_write.h"

#include "cursor.h"
#include "map.h"

enum {
	ZEROS_SIZE = 4096,
	ZEROS_PIECES = 16,
	FRESH_PIECE = 65536,
};

static const uint8_t zeros[ZEROS_SIZE];

/* ---- ranges ---------------------------------------------------------------------------- */

static struct cow_range *range_find(struct cow_chain *chain, uint64_t first, uint64_t end)
{
	struct cow_range *free = NULL;

	for (unsigned int i = 0; i < COW_RANGES; i++) {
		struct cow_range *range = &chain->ranges[i];

		if (!range->end)
			free = range;
		else if (range->first < end && first < range->end)
			return NULL;
	}
	return free;
}

/* NULL: not free at present; *@seen is what range_freed said then. */
static struct cow_range *range_try(struct cow_chain *chain, uint64_t first, uint64_t end, uint32_t *seen)
{
	struct cow_range *range;

	cow_mutex_lock(chain->io, &chain->range_lock);
	range = range_find(chain, first, end);
	if (range) {
		range->first = first;
		range->end = end;
	}
	*seen = __atomic_load_n(&chain->range_freed, __ATOMIC_RELAXED);
	cow_mutex_unlock(chain->io, &chain->range_lock);
	return range;
}

static struct cow_range *range_take(struct cow_chain *chain, uint64_t first, uint64_t end)
{
	struct cow_range *range;
	uint32_t seen;

	while (!(range = range_try(chain, first, end, &seen)))
		chain->io->sleep(chain->io, &chain->range_freed, seen);
	return range;
}

static void range_release(struct cow_chain *chain, struct cow_range *range)
{
	cow_mutex_lock(chain->io, &chain->range_lock);
	range->end = 0;
	__atomic_add_fetch(&chain->range_freed, 1, __ATOMIC_RELEASE);
	cow_mutex_unlock(chain->io, &chain->range_lock);
	chain->io->wake(chain->io, &chain->range_freed);
}

/* ---- writing ----------------------------------------------------------------------------- */

static int write_pieces(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count, uint64_t offset)
{
	struct cow_layer *top = chain->layers[0];
	ssize_t done = chain->io->writev(chain->io, top->file, vec, count, top->data_offset + offset);

	return done < 0 ? done : 0;
}

static int write_in_place(struct cow_chain *chain, struct cursor *cursor, uint64_t offset, uint64_t end)
{
	struct cow_iovec part[COW_VEC_MAX];
	unsigned int nr;
	uint64_t taken;
	int ret = 0;

	while (!ret && offset < end) {
		taken = cursor_take(cursor, end - offset, part, COW_VEC_MAX, &nr);
		ret = taken ? write_pieces(chain, part, nr, offset) : -EINVAL;
		offset += taken;
	}
	return ret;
}

/*
 * What is not in the file yet, in pieces. The host keeps a file in its page cache in such pieces
 * as it was first written in, and ext4 walks along all blocks of a piece for each later write
 * to one of them. Measured on Linux 6.18: 4 KB writes at random, a second, to a file that was written in
 * pieces of 1 MB 150 000, of 64 KB 390 000, of 4 KB 640 000; the first writing itself 4.0, 3.2 and
 * 1.0 GB/s.
 */
static int write_fresh(struct cow_chain *chain, struct cursor *cursor, uint64_t offset, uint64_t end)
{
	uint64_t stop;
	int ret = 0;

	for (; !ret && offset < end; offset = stop) {
		stop = end - offset > FRESH_PIECE ? offset + FRESH_PIECE : end;
		ret = write_in_place(chain, cursor, offset, stop);
	}
	return ret;
}

/* Write [@offset, @end), which lies within one cluster, and with it the rest of that from below. */
static int write_with_rest(struct cow_chain *chain, struct cow_range *range, struct cursor *cursor,
			   uint64_t cluster, uint64_t offset, uint64_t end, enum cow_cluster state)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t start = cluster << top->cluster_bits;
	uint64_t stop = start + cow_layer_cluster_size(top);
	struct cow_iovec part[COW_VEC_MAX];
	unsigned int nr = 0, more;
	int ret = 0;

	if (stop > chain->size)
		stop = chain->size;
	if (state == COW_ZERO)
		memset(range->buffer, 0, stop - start);
	else
		ret = cow_chain_read_below(chain, range->buffer, start, stop - start);
	if (ret)
		return ret;

	if (offset > start)
		part[nr++] = (struct cow_iovec){ range->buffer, offset - start };
	/* A cluster has at most 128 sectors: more pieces than that are gathered in the buffer. */
	if (cursor_take(&(struct cursor){ cursor->vec, cursor->count, cursor->skip }, end - offset, part + nr,
			COW_VEC_MAX - 2, &more) == end - offset) {
		cursor_take(cursor, end - offset, part + nr, COW_VEC_MAX - 2, &more);
		nr += more;
	} else {
		uint8_t *to = range->buffer + (offset - start);
		struct cow_iovec one = { NULL, 0 };
		uint64_t taken, left = end - offset;

		for (; left; left -= taken, to += taken) {
			taken = cursor_take(cursor, left, &one, 1, &more);
			if (!taken)
				return -EINVAL;
			memcpy(to, one.base, taken);
		}
		part[nr++] = (struct cow_iovec){ range->buffer + (offset - start), end - offset };
	}
	if (end < stop)
		part[nr++] = (struct cow_iovec){ range->buffer + (end - start), stop - end };
	return write_pieces(chain, part, nr, start);
}

static bool whole_clusters(const struct cow_chain *chain, uint64_t offset, uint64_t end)
{
	uint64_t cluster_size = cow_layer_cluster_size(chain->layers[0]);

	return offset % cluster_size == 0 && (end % cluster_size == 0 || end == chain->size);
}

/*
 * Write [@offset, @end) to clusters that were seen not to be here: within one of them, or
 * whole ones. Some may have come meanwhile.
 */
static int write_new(struct cow_chain *chain, struct cursor *cursor, uint64_t offset, uint64_t end)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t first = offset >> top->cluster_bits;
	uint64_t last = (end - 1) >> top->cluster_bits;
	struct cow_range *range = range_take(chain, first, last + 1);
	uint64_t count = 1;
	enum cow_cluster state;
	int ret;

	if (whole_clusters(chain, offset, end)) {
		ret = write_fresh(chain, cursor, offset, end);
	} else {
		state = cow_map_run(top, first, &count);
		if (state == COW_DATA)
			ret = write_in_place(chain, cursor, offset, end);
		else
			ret = write_with_rest(chain, range, cursor, first, offset, end, state);
	}
	if (!ret)
		cow_map_set(top, first, last + 1 - first, COW_DATA);
	range_release(chain, range);
	return ret;
}

/* The next part of [@offset, @end) that can be written in one way; *@here: in place. */
static uint64_t write_part(const struct cow_layer *top, uint64_t size, uint64_t offset, uint64_t end, bool *here)
{
	uint64_t first = offset >> top->cluster_bits, cluster_size = cow_layer_cluster_size(top);
	uint64_t count = ((end - 1) >> top->cluster_bits) + 1 - first;
	enum cow_cluster state = cow_map_run(top, first, &count);
	uint64_t stop = (first + count) << top->cluster_bits;

	*here = state == COW_DATA;
	if (stop < end)
		end = stop;
	if (*here)
		return end;
	/* Not here: a cut first cluster by itself, then whole ones, then a cut last one. */
	if (offset % cluster_size) {
		stop = (first + 1) << top->cluster_bits;
		return stop < end ? stop : end;
	}
	if (end % cluster_size && end != size && end - offset > cluster_size)
		end -= end % cluster_size;
	return end;
}

static int check_request(struct cow_chain *chain, uint64_t offset, uint64_t size)
{
	struct cow_layer *top = chain->layers[0];

	if (!top->writable)
		return -EROFS;
	if (offset + size > chain->size || offset + size < offset || (offset | size) % 512)
		return -EINVAL;
	if (top->lost)
		return top->lost;
	return cow_layer_begin(top);
}

/* A raw file that somebody shortens must not grow back with holes where data was. */
static int raw_check_end(struct cow_chain *chain, uint64_t end)
{
	uint64_t size;
	int ret = chain->io->size(chain->io, chain->layers[0]->file, &size);

	if (ret)
		return ret;
	return size >= end ? 0 : -EIO;
}

static int raw_write(struct cow_chain *chain, struct cursor *cursor, uint64_t offset, uint64_t end)
{
	int ret = raw_check_end(chain, end);

	if (ret)
		return ret;
	if (!offset && chain->layers[0]->probed_raw) {
		struct cursor look = *cursor;
		struct cow_iovec piece = { NULL, 0 };
		unsigned int nr;
		uint8_t head[8];

		for (size_t at = 0; at < sizeof(head); at += piece.size) {
			if (!cursor_take(&look, sizeof(head) - at, &piece, 1, &nr))
				return -EINVAL;
			memcpy(head + at, piece.base, piece.size);
		}
		if (cow_header_kind(head, sizeof(head)) != COW_KIND_RAW)
			return -EPERM;
	}
	return write_in_place(chain, cursor, offset, end);
}

int cow_chain_write(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		    uint64_t offset, uint64_t size)
{
	struct cow_layer *top = chain->layers[0];
	struct cursor cursor = { vec, count, 0 };
	uint64_t end = offset + size, stop;
	int ret = check_request(chain, offset, size);
	bool here;

	if (ret || !size)
		return ret;
	if (!top->entry_bits)
		return raw_write(chain, &cursor, offset, end);
	while (!ret && offset < end) {
		stop = write_part(top, chain->size, offset, end, &here);
		ret = here ? write_in_place(chain, &cursor, offset, stop) :
			     write_new(chain, &cursor, offset, stop);
		offset = stop;
	}
	return ret;
}

int cow_chain_write_now(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
			uint64_t offset, uint64_t size)
{
	struct cow_layer *top = chain->layers[0];
	struct cursor cursor = { vec, count, 0 };
	uint64_t end = offset + size, first, last;
	struct cow_range *range;
	uint32_t seen;
	bool here;
	int ret;

	/* The first write of all changes the header and waits for a sync. */
	if (!size || top->remote || (top->kind == COW_KIND_LAYER && !__atomic_load_n(&top->begun, __ATOMIC_ACQUIRE)))
		return -EAGAIN;
	ret = check_request(chain, offset, size);
	if (ret)
		return ret;
	if (!top->entry_bits)
		return raw_write(chain, &cursor, offset, end);
	if (write_part(top, chain->size, offset, end, &here) != end)
		return -EAGAIN;
	if (here)
		return write_in_place(chain, &cursor, offset, end);
	/* Whole clusters need nothing from below. */
	if (!whole_clusters(chain, offset, end))
		return -EAGAIN;
	first = offset >> top->cluster_bits;
	last = (end - 1) >> top->cluster_bits;
	range = range_try(chain, first, last + 1, &seen);
	if (!range)
		return -EAGAIN;
	ret = write_fresh(chain, &cursor, offset, end);
	if (!ret)
		cow_map_set(top, first, last + 1 - first, COW_DATA);
	range_release(chain, range);
	return ret;
}

/* ---- zeros ----------------------------------------------------------------------------------- */

static int write_zeros(struct cow_chain *chain, uint64_t offset, uint64_t end)
{
	struct cow_layer *top = chain->layers[0];
	struct cow_iovec vec[ZEROS_PIECES];
	unsigned int nr;
	uint64_t at;
	int ret = 0;

	while (!ret && offset < end) {
		for (at = offset, nr = 0; nr < ZEROS_PIECES && at < end; nr++) {
			vec[nr].base = (void *)zeros;
			vec[nr].size = end - at < ZEROS_SIZE ? end - at : ZEROS_SIZE;
			at += vec[nr].size;
		}
		ret = top->entry_bits == 2 ? cow_chain_write(chain, vec, nr, offset, at - offset) :
					     write_pieces(chain, vec, nr, offset);
		offset = at;
	}
	return ret;
}

static int raw_zero(struct cow_chain *chain, uint64_t offset, uint64_t end, bool discard)
{
	struct cow_layer *top = chain->layers[0];
	int ret = raw_check_end(chain, end);

	if (ret)
		return ret;
	ret = -EOPNOTSUPP;
	if (top->can_punch)
		ret = chain->io->punch(chain->io, top->file, offset, end - offset);
	if (ret == -EOPNOTSUPP && !discard)
		ret = write_zeros(chain, offset, end);
	return ret;
}

/* COW V3 knows no zeros: they have to stand in the file before the bits say that they do. */
static int v3_zero(struct cow_chain *chain, uint64_t offset, uint64_t end, bool discard)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t first = offset >> top->cluster_bits, last = (end - 1) >> top->cluster_bits;
	struct cow_range *range = range_take(chain, first, last + 1);
	int ret = -EOPNOTSUPP;

	if (top->can_punch)
		ret = chain->io->punch(chain->io, top->file, top->data_offset + offset, end - offset);
	if (ret == -EOPNOTSUPP && !discard)
		ret = write_zeros(chain, offset, end);
	if (!ret)
		cow_map_set(top, first, last + 1 - first, COW_DATA);
	range_release(chain, range);
	return ret;
}

/* Whole clusters: an entry, and the space back where data was. */
static void layer_zero_clusters(struct cow_chain *chain, uint64_t first, uint64_t end)
{
	struct cow_layer *top = chain->layers[0];
	struct cow_range *range = range_take(chain, first, end);

	for (uint64_t at = first, count; at < end; at += count) {
		count = end - at;
		if (cow_map_run(top, at, &count) != COW_DATA || !top->can_punch)
			continue;
		/* Its failure costs space only: the entry will say zeros. */
		chain->io->punch(chain->io, top->file, top->data_offset + (at << top->cluster_bits),
				 count << top->cluster_bits);
	}
	cow_map_set(top, first, end - first, COW_ZERO);
	range_release(chain, range);
}

/* Some sectors of one cluster. */
static int layer_zero_part(struct cow_chain *chain, uint64_t offset, uint64_t end)
{
	uint64_t count = 1;

	if (cow_map_run(chain->layers[0], offset >> chain->layers[0]->cluster_bits, &count) == COW_ZERO)
		return 0;
	return write_zeros(chain, offset, end);
}

static int layer_zero(struct cow_chain *chain, uint64_t offset, uint64_t end)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t cluster_size = cow_layer_cluster_size(top);
	uint64_t first = cow_round_up(offset, cluster_size), last = end - end % cluster_size;
	int ret;

	if (end == chain->size)
		last = cow_round_up(end, cluster_size);
	if (offset < first) {
		ret = layer_zero_part(chain, offset, first < end ? first : end);
		if (ret)
			return ret;
	}
	if (first < last)
		layer_zero_clusters(chain, first >> top->cluster_bits, last >> top->cluster_bits);
	return last < end && last >= first ? layer_zero_part(chain, last, end) : 0;
}

static int zero(struct cow_chain *chain, uint64_t offset, uint64_t size, bool discard)
{
	int ret = check_request(chain, offset, size);

	if (ret || !size)
		return ret;
	switch (chain->layers[0]->entry_bits) {
	case 0:
		return raw_zero(chain, offset, offset + size, discard);
	case 1:
		return v3_zero(chain, offset, offset + size, discard);
	default:
		return layer_zero(chain, offset, offset + size);
	}
}

int cow_chain_zero(struct cow_chain *chain, uint64_t offset, uint64_t size)
{
	return zero(chain, offset, size, false);
}

int cow_chain_discard(struct cow_chain *chain, uint64_t offset, uint64_t size)
{
	return zero(chain, offset, size, true);
}

/* ---- flush and grow ---- */

int cow_chain_flush(struct cow_chain *chain)
{
	return chain->layers[0]->writable ? cow_layer_sync(chain->layers[0]) : 0;
}

int cow_chain_grow(struct cow_chain *chain, uint64_t size, struct cow_error *error)
{
	int ret = cow_layer_grow(chain->layers[0], size, error);

	if (!ret)
		chain->size = chain->layers[0]->size;
	return ret;
}
