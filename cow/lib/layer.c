// SPDX-License-Identifier: GPL-2.0-only
/*
 * layer.c - open, lock, write, sync, seal and close one file of a chain
 *
 * Theory of operation
 *
 * The map says for each cluster whether this file holds it. V1 to V3 have one bit for each
 * sector, layers have two bits for each cluster (format.h). In memory the map has the same bytes
 * as on the disk; entry_bits tells the two forms apart. A raw file has no map.
 *
 * Writing. Data is written to the file first. Then cow_map_set() changes the map in memory and
 * marks the block of the map dirty. Only a sync writes the map to the file:
 *   1. Under map_lock, copy the dirty blocks to the shadow.
 *   2. Sync the file. Now it holds the data of all clusters that the shadow calls data.
 *   3. Write these blocks of the map from the shadow.
 *   4. Sync the file again.
 * If no block is dirty, one sync is enough. Entries that are set during steps 2 to 4 are only in
 * memory and wait for the next sync. After a crash each entry is old or new: a byte of the map is
 * never half written.
 *
 * Errors. If step 3 finds no space, its blocks become dirty again and nothing is lost. A failed
 * sync is worse: the host reports the error once and may drop the data. So the layer remembers the
 * error (`lost`), and all later writes and syncs fail.
 *
 * States of the header:
 *   clean   -> dirty   cow_layer_begin(), before the first write
 *   dirty   -> clean   cow_layer_close()
 *   clean, dirty -> sealed   cow_layer_seal(), for ever
 * The CRCs of the map are valid in the states clean and sealed. A layer that is dirty after a crash
 * needs no repair.
 *
 * Locks. sync_lock is taken before map_lock. cow_map_run() takes neither lock, because it reads
 * single bytes, which are written as a whole.
 *
 * Called by the chain code (chain*.c), layer_grow.c, create.c and umlab-disk, on any thread. In
 * the kernel process, these threads are the disk driver's host threads and the machine's thread.
 * Only one thread at a time may open, close, grow or seal a layer.
 */
#include "layer.h"

#include "lease.h"
#include "map.h"

/* ---- header ------------------------------------------------------------------- */

int cow_layer_put_header(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;
	unsigned int place = !layer->header_place;
	int ret;

	layer->header->sequence++;
	cow_header_finish(layer->header);
	ret = cow_io_write(io, layer->file, layer->header, sizeof(*layer->header),
			   COW_HEADER_A + place * COW_HEADER_SIZE);
	if (!ret)
		ret = io->sync(io, layer->file);
	if (ret)
		return ret;
	layer->header_place = place;
	return 0;
}

static void set_owner(struct cow_layer *layer, bool us)
{
	memset(&layer->header->owner, 0, sizeof(layer->header->owner));
	if (us)
		layer->io->owner(layer->io, &layer->header->owner);
}

/* ---- writing ------------------------------------------------------------------- */

int cow_layer_begin(struct cow_layer *layer)
{
	int ret = 0;

	if (layer->kind != COW_KIND_LAYER || __atomic_load_n(&layer->begun, __ATOMIC_ACQUIRE))
		return 0;
	cow_mutex_lock(layer->io, &layer->sync_lock);
	if (!layer->begun) {
		uint32_t state = layer->header->state;
		uint8_t id[16];

		memcpy(id, layer->header->write_id, sizeof(id));
		ret = layer->io->random(layer->io, layer->header->write_id, sizeof(id));
		layer->header->state = COW_DIRTY;
		if (ret >= 0)
			ret = cow_layer_put_header(layer);
		if (ret < 0) {
			layer->header->state = state;
			memcpy(layer->header->write_id, id, sizeof(id));
		} else {
			__atomic_store_n(&layer->begun, true, __ATOMIC_RELEASE);
		}
	}
	cow_mutex_unlock(layer->io, &layer->sync_lock);
	return ret < 0 ? ret : 0;
}

static bool out_of_space(int error)
{
	return error == -ENOSPC || error == -EDQUOT;
}

/* Do the steps of a sync. The caller holds sync_lock or is the only user of the layer. */
static int sync_locked(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;
	bool map_changed;
	int ret;

	if (layer->lost)
		return layer->lost;
	map_changed = layer->entry_bits && layer->writable && cow_map_snapshot(layer);
	ret = io->sync(io, layer->file);
	if (ret)
		goto out_lost;
	if (!map_changed)
		return 0;
	ret = cow_map_write(layer);
	if (ret) {
		cow_map_write_failed(layer);
		if (out_of_space(ret))
			return ret;
		goto out_lost;
	}
	ret = io->sync(io, layer->file);
	if (!ret)
		return 0;
out_lost:
	if (map_changed)
		cow_map_write_failed(layer);
	/* From a sync, "out of space" means that the host has dropped accepted data. */
	layer->lost = out_of_space(ret) ? -EIO : ret;
	return layer->lost;
}

int cow_layer_sync(struct cow_layer *layer)
{
	int ret;

	cow_mutex_lock(layer->io, &layer->sync_lock);
	ret = sync_locked(layer);
	cow_mutex_unlock(layer->io, &layer->sync_lock);
	return ret;
}

/* ---- opening ---------------------------------------------------------------------- */

static int layer_lock(struct cow_layer *layer, const struct cow_stat *stat, unsigned int flags,
		      struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	struct cow_error why = { "" };
	char who[256] = "";
	int ret;

	if (flags & COW_LAYER_SHARED)
		return 0;
	ret = io->lock(io, layer->file, layer->writable ? COW_LOCK_EXCLUSIVE : COW_LOCK_SHARED);
	if (ret == -EAGAIN) {
		/*
		 * The header was read without the lock, so in rare cases it names an earlier
		 * owner.
		 */
		if (layer->header && layer->header->owner.pid)
			cow_owner_text(&layer->header->owner, who, sizeof(who));
		else if (io->holder)
			io->holder(io, layer->file, who, sizeof(who));
		return cow_fail(error, -EAGAIN, "%s: in use by %s", layer->path,
				who[0] ? who : "another machine or program");
	}
	/* A reader needs no lease: only two writers at once would do harm. */
	if (layer->writable && (stat->remote || ret == -ENOLCK)) {
		ret = cow_lease_take(io, layer->path, &layer->lease, &why);
		if (ret)
			return cow_fail(error, ret, "%s: %s", layer->path,
					why.text[0] ? why.text : cow_reason(ret));
	}
	return 0;
}

/* Fail if the state or the features of the layer allow only reading. */
static int check_writable(const struct cow_layer *layer, struct cow_error *error)
{
	const struct cow_disk_layer *header = layer->header;

	if (header->state == COW_SEALED)
		return cow_fail(error, -EROFS,
				"%s: is sealed: make an overlay on it with umlab-disk create, or "
				"open it read-only", layer->path);
	if (header->ro_compat)
		return cow_fail(error, -EROFS,
				"%s: uses features %X, which this version can only read: use a "
				"newer umlab", layer->path, header->ro_compat);
	return 0;
}

static int open_layer_format(struct cow_layer *layer, unsigned int flags, struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	struct cow_disk_layer *header;
	uint8_t *both = io->alloc(io, 2 * COW_HEADER_SIZE);
	int ret = -ENOMEM;

	layer->header = io->alloc(io, sizeof(*layer->header));
	if (!both || !layer->header)
		goto out_free;
	ret = cow_io_read_padded(io, layer->file, both, 2 * COW_HEADER_SIZE, COW_HEADER_A);
	if (ret) {
		cow_fail(error, ret, "%s: cannot be read: %s", layer->path, cow_reason(ret));
		goto out_free;
	}
	ret = cow_header_parse_layer(layer->path, both, layer->header, &layer->header_place,
				     error);
	if (ret)
		goto out_free;
	header = layer->header;
	layer->size = header->size;
	layer->cluster_bits = header->cluster_bits;
	layer->entry_bits = 2;
	layer->map_offset = COW_MAP_OFFSET;
	layer->data_offset = header->data_offset;
	if (flags & COW_LAYER_WRITE)
		ret = check_writable(layer, error);
out_free:
	io->free(io, both, 2 * COW_HEADER_SIZE);
	return ret;
}

static int open_old_format(struct cow_layer *layer, const void *head, size_t head_size,
			   unsigned int flags, struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	struct cow_old *old = layer->old = io->alloc(io, sizeof(*layer->old));
	int ret;

	if (!old)
		return -ENOMEM;
	ret = cow_header_parse_old(layer->path, head, head_size, old, error);
	if (ret)
		return ret;
	if (flags & COW_LAYER_WRITE && old->kind != COW_KIND_V3)
		return cow_fail(error, -EROFS,
				"%s: is %s, which can only be read: convert it with umlab-disk "
				"convert",
				layer->path, cow_kind_name(old->kind));
	layer->size = old->size;
	layer->cluster_bits = __builtin_ctz(old->sector_size);
	layer->entry_bits = 1;
	layer->map_offset = old->bitmap_offset;
	layer->data_offset = old->data_offset;
	return 0;
}

/* Load the map, and check that the file is as long as the map requires. */
static int open_map(struct cow_layer *layer, const struct cow_stat *stat, unsigned int flags,
		    struct cow_error *error)
{
	uint64_t faults = 0, per_byte = 8 / layer->entry_bits;
	int ret;

	layer->nr_clusters = (layer->size + cow_layer_cluster_size(layer) - 1) >>
			     layer->cluster_bits;
	layer->map_size = (layer->nr_clusters + per_byte - 1) / per_byte;
	if (stat->size < layer->map_offset + layer->map_size)
		return cow_fail(error, -EINVAL, "%s: truncated within its map", layer->path);
	ret = cow_map_init(layer);
	if (ret)
		return cow_fail(error, ret, "%s: cannot read its map: %s", layer->path,
				cow_reason(ret));
	if (flags & COW_LAYER_DAMAGED)
		return 0;
	if (layer->header && layer->header->state != COW_DIRTY) {
		ret = cow_map_crc_faults(layer, &faults);
		if (ret)
			return cow_fail(error, ret, "%s: cannot read the checksums of its map: %s",
					layer->path, cow_reason(ret));
	}
	if (faults || cow_map_count_invalid(layer))
		return cow_fail(error, -EUCLEAN, "%s: its map is damaged: run umlab-disk check",
				layer->path);
	if (cow_map_data_end(layer) > cow_round_up(stat->size, 512))
		return cow_fail(error, -EINVAL,
				"%s: truncated: has %U bytes, but its map refers to data up to %U",
				layer->path, stat->size, cow_map_data_end(layer));
	return 0;
}

static bool can_punch(const struct cow_layer *layer, const struct cow_stat *stat)
{
	/* A hole past the end of the file changes nothing, but shows if the host can make holes. */
	uint64_t behind = cow_round_up(stat->size, 4096);

	return layer->io->punch(layer->io, layer->file, behind, 4096) != -EOPNOTSUPP;
}

static void layer_free(struct cow_layer *layer)
{
	const struct cow_io *io = layer->io;

	cow_lease_release(layer->lease);
	cow_map_release(layer);
	if (layer->file >= 0)
		io->close(io, layer->file);
	io->free(io, layer->header, sizeof(*layer->header));
	io->free(io, layer->old, sizeof(*layer->old));
	io->free(io, layer->path, layer->path_size);
	io->free(io, layer, sizeof(*layer));
}

static int layer_alloc(const struct cow_io *io, const char *path, struct cow_layer **result)
{
	struct cow_layer *layer = io->alloc(io, sizeof(*layer));

	if (!layer)
		return -ENOMEM;
	layer->io = io;
	layer->file = -1;
	layer->path_size = strlen(path) + 1;
	layer->path = io->alloc(io, layer->path_size);
	if (!layer->path) {
		io->free(io, layer, sizeof(*layer));
		return -ENOMEM;
	}
	memcpy(layer->path, path, layer->path_size);
	*result = layer;
	return 0;
}

static int open_kind(struct cow_layer *layer, const struct cow_stat *stat, unsigned int flags,
		     struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	uint8_t *head = io->alloc(io, COW_HEAD_SIZE);
	size_t head_size = stat->size < COW_HEAD_SIZE ? stat->size : COW_HEAD_SIZE;
	int ret;

	if (!head)
		return -ENOMEM;
	ret = cow_io_read(io, layer->file, head, head_size, 0);
	if (ret) {
		cow_fail(error, ret, "%s: cannot be read: %s", layer->path, cow_reason(ret));
		goto out_free;
	}
	layer->kind = flags & COW_LAYER_RAW ? COW_KIND_RAW : cow_header_kind(head, head_size);
	if (layer->kind == COW_KIND_RAW) {
		layer->probed_raw = !(flags & COW_LAYER_RAW);
		layer->size = stat->size;
	} else if (layer->kind == COW_KIND_LAYER) {
		ret = open_layer_format(layer, flags, error);
	} else {
		ret = open_old_format(layer, head, head_size, flags, error);
	}
out_free:
	io->free(io, head, COW_HEAD_SIZE);
	return ret;
}

int cow_layer_open(const struct cow_io *io, const char *path, unsigned int flags,
		   struct cow_layer **result, struct cow_error *error)
{
	struct cow_layer *layer;
	struct cow_stat stat;
	int ret = layer_alloc(io, path, &layer);

	if (ret)
		return cow_fail(error, ret, "%s: %s", path, cow_reason(ret));
	layer->writable = flags & COW_LAYER_WRITE;
	layer->file = io->open(io, path, layer->writable ? COW_O_WRITE : 0);
	ret = layer->file < 0 ? layer->file : io->stat(io, layer->file, &stat);
	if (ret < 0) {
		cow_fail(error, ret, "%s: %s", path, cow_reason(ret));
		goto out_free;
	}
	ret = open_kind(layer, &stat, flags, error);
	if (ret)
		goto out_free;
	ret = layer_lock(layer, &stat, flags, error);
	if (ret)
		goto out_free;
	/* The header was read without the lock and may have changed since: read it again. */
	io->free(io, layer->header, sizeof(*layer->header));
	io->free(io, layer->old, sizeof(*layer->old));
	layer->header = NULL;
	layer->old = NULL;
	ret = io->stat(io, layer->file, &stat);
	if (!ret)
		ret = open_kind(layer, &stat, flags, error);
	if (!ret && layer->kind != COW_KIND_RAW)
		ret = open_map(layer, &stat, flags, error);
	if (ret)
		goto out_free;
	layer->remote = stat.remote;
	if (layer->writable) {
		layer->can_punch = can_punch(layer, &stat);
		if (layer->header) {
			set_owner(layer, true);
			ret = cow_layer_put_header(layer);
			if (ret) {
				cow_fail(error, ret, "%s: cannot write its header: %s", path,
					 cow_reason(ret));
				goto out_free;
			}
		}
	}
	*result = layer;
	return 0;

out_free:
	if (error && !error->text[0])
		cow_fail(error, ret, "%s: %s", path, cow_reason(ret));
	layer_free(layer);
	return ret;
}

/* ---- closing ----------------------------------------------------------------------- */

/* Write the map, then its CRCs, and then the header that declares them valid. */
static int finish(struct cow_layer *layer, uint32_t state)
{
	int ret = sync_locked(layer);

	if (!ret)
		ret = cow_map_put_crcs(layer);
	if (!ret)
		ret = layer->io->sync(layer->io, layer->file);
	if (ret)
		return ret;
	layer->header->state = state;
	set_owner(layer, false);
	return cow_layer_put_header(layer);
}

int cow_layer_close(struct cow_layer *layer)
{
	int ret = 0;

	if (!layer)
		return 0;
	if (layer->writable && layer->lost)
		ret = layer->lost;
	else if (layer->writable && layer->header && layer->begun)
		ret = finish(layer, COW_CLEAN);
	else if (layer->writable && layer->header && layer->header->state != COW_SEALED) {
		set_owner(layer, false);
		ret = cow_layer_put_header(layer);
	} else if (layer->writable && !layer->header)
		ret = sync_locked(layer);
	layer_free(layer);
	return ret;
}

int cow_layer_seal(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE])
{
	int ret;

	cow_mutex_lock(layer->io, &layer->sync_lock);
	memcpy(layer->header->seal_hash, hash, COW_HASH_SIZE);
	ret = finish(layer, COW_SEALED);
	if (!ret) {
		layer->begun = false;
		layer->writable = false;
	}
	cow_mutex_unlock(layer->io, &layer->sync_lock);
	return ret;
}
