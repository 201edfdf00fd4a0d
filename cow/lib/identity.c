// SPDX-License-Identifier: GPL-2.0-only
/*
 * identity.c - check that the file below is still the one that the overlay was made on
 *
 * Theory of operation
 *
 * A layer below is identified by its uuid and its write_id. The write_id changes each time that
 * writing begins, so a cheap comparison notices every write by our own programs. Other damage, such
 * as a bad copy or a stray dd, is noticed only by a hash. So the content of a sealed layer is
 * hashed and compared if its times differ from those that the overlay recorded.
 *
 * A raw file has no header for such fields, so its whole content is hashed: samples would miss the
 * one block that matters. Hashing a raw file is rarely needed:
 *   - An overlay records the inode, modification time and change time that the file had when its
 *     content was last compared. If all three are the same, and the caller named the base, the file
 *     is accepted at once.
 *   - BASE.umlab-id, made by `umlab-disk seal`, holds the hash of a base. The hash is valid while
 *     the base has the size, inode and modification time in that file. So a base is read once, even
 *     for a hundred overlays.
 *   - Otherwise (the file was copied, moved, touched or mounted elsewhere) the file is read, and a
 *     writable overlay records the new times.
 *
 * Hostile headers. The kernel process can write anything into the header of its overlay, or make
 * a header on a raw disk, and an overlay may come from a stranger. Its base may then be any file of
 * the user, with the right inode and times. So a base that only a header names must be proved by
 * what the header's writer cannot know or change without having the file: a layer by the random
 * uuid in its own header, a raw file by the hash of its content or by a file beside it (beside.c,
 * commit_note.c).
 *
 * Hash of a raw file. The content is divided into leaves of 1 MiB. The hash is BLAKE2b-256 over
 * "umlab raw 1\n", the size (8 bytes) and a record for each leaf that is not all zeros. A record is
 * the number of the leaf (8 bytes) and the CRC32C of each quarter (4 bytes each). So holes and
 * zeros are the same and cost nothing. The CRCs are enough to notice accidents, and faster than the
 * file can be read; BLAKE2b alone would limit the speed to about 900 MB/s.
 *
 * Hash of a sealed layer: BLAKE2b-256 over "umlab layer1", the size and a record for each run of
 * clusters in one state, at most 1 MiB long. A record is the first cluster, the count and the state
 * (8 bytes each) and, for data, the BLAKE2b-256 of the bytes.
 *
 * Called by umlab-disk, and by chain_open.c and create.c, which run in umlab-disk and on the disk
 * driver's host threads. Only one thread at a time may call these functions for a layer.
 */
#include "identity.h"

#include "beside.h"
#include "blake.h"
#include "commit_note.h"
#include "crc32c.h"
#include "map.h"

enum {
	LEAF_SIZE = 1 << 20,
};

static void add_number(struct cow_blake *blake, uint64_t number)
{
	cow_blake_add(blake, &number, sizeof(number));
}

static void hash_bytes(const void *data, size_t size, uint8_t hash[COW_HASH_SIZE])
{
	struct cow_blake blake;

	cow_blake_init(&blake);
	cow_blake_add(&blake, data, size);
	cow_blake_end(&blake, hash);
}

/* Add the CRCs of a leaf to the hash of a raw file. */
static void add_quarters(struct cow_blake *blake, const uint8_t *leaf, size_t size)
{
	const size_t quarter = LEAF_SIZE / 4;
	uint32_t crcs[4];

	for (size_t i = 0; i < 4; i++) {
		size_t from = i * quarter < size ? i * quarter : size;
		size_t to = from + quarter < size ? from + quarter : size;

		crcs[i] = cow_crc32c(0, leaf + from, to - from);
	}
	cow_blake_add(blake, crcs, sizeof(crcs));
}

static bool all_zero(const uint8_t *data, size_t size)
{
	return !data[0] && !memcmp(data, data + 1, size - 1);
}

static bool stopped(struct cow_progress *progress, const char *what, uint64_t done,
		    uint64_t total)
{
	return progress && progress->step(progress, what, done, total);
}

int cow_identity_hash(struct cow_layer *layer, struct cow_progress *progress,
		      uint8_t hash[COW_HASH_SIZE])
{
	const struct cow_io *io = layer->io;
	uint8_t *leaf = io->alloc(io, LEAF_SIZE);
	struct cow_blake blake;
	uint64_t start, end;
	int ret = 0;

	if (!leaf)
		return -ENOMEM;
	cow_blake_init(&blake);
	cow_blake_add(&blake, "umlab raw 1\n", 12);
	add_number(&blake, layer->size);
	for (uint64_t at = 0; at < layer->size; at += LEAF_SIZE) {
		size_t size = layer->size - at < LEAF_SIZE ? layer->size - at : LEAF_SIZE;

		start = at;
		end = layer->size;
		ret = io->next_data(io, layer->file, &start, &end);
		if (ret == -ENXIO || (!ret && start >= layer->size)) {
			ret = 0;
			break;
		}
		if (!ret && start >= at + size) {
			at = start - start % LEAF_SIZE - LEAF_SIZE;
			continue;
		}
		if (!ret)
			ret = cow_io_read(io, layer->file, leaf, size, at);
		if (!ret && stopped(progress, "comparing", at, layer->size))
			ret = -ECANCELED;
		if (ret)
			break;
		if (all_zero(leaf, size))
			continue;
		add_number(&blake, at / LEAF_SIZE);
		add_quarters(&blake, leaf, size);
	}
	cow_blake_end(&blake, hash);
	io->free(io, leaf, LEAF_SIZE);
	return ret;
}

int cow_identity_seal_hash(struct cow_layer *layer, struct cow_progress *progress,
			   uint8_t hash[COW_HASH_SIZE])
{
	const struct cow_io *io = layer->io;
	uint8_t *leaf = io->alloc(io, LEAF_SIZE), digest[COW_HASH_SIZE];
	uint64_t per_leaf = LEAF_SIZE >> layer->cluster_bits, count;
	struct cow_blake blake;
	int ret = 0;

	if (!leaf)
		return -ENOMEM;
	cow_blake_init(&blake);
	cow_blake_add(&blake, "umlab layer1", 12);
	add_number(&blake, layer->size);
	for (uint64_t at = 0; at < layer->nr_clusters && !ret; at += count) {
		enum cow_cluster state;

		count = layer->nr_clusters - at;
		state = cow_map_run(layer, at, &count);
		if (state == COW_ABSENT)
			continue;
		/*
		 * A run ends at each leaf boundary, so the hash of a leaf depends on this leaf
		 * only.
		 */
		if (count > per_leaf - at % per_leaf)
			count = per_leaf - at % per_leaf;
		add_number(&blake, at);
		add_number(&blake, count);
		add_number(&blake, state);
		if (state == COW_DATA) {
			size_t size = count << layer->cluster_bits;

			ret = cow_io_read_padded(io, layer->file, leaf, size, layer->data_offset +
						 (at << layer->cluster_bits));
			hash_bytes(leaf, size, digest);
			cow_blake_add(&blake, digest, sizeof(digest));
		}
		if (!ret && stopped(progress, "hashing", at << layer->cluster_bits, layer->size))
			ret = -ECANCELED;
	}
	cow_blake_end(&blake, hash);
	io->free(io, leaf, LEAF_SIZE);
	return ret;
}

/* ---- the identity file --------------------------------------------------------------- */

static uint32_t identity_crc(const struct cow_disk_identity *identity)
{
	return cow_crc32c(0, identity, offsetof(struct cow_disk_identity, crc));
}

int cow_identity_note(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE],
		      struct cow_error *error)
{
	struct cow_disk_identity identity = {
		.magic = COW_IDENTITY_MAGIC,
		.version = 1,
		.size = layer->size,
	};
	struct cow_stat stat;
	int ret = layer->io->stat(layer->io, layer->file, &stat);

	if (ret)
		return cow_fail(error, ret, "%s: %s", layer->path, cow_reason(ret));
	identity.ino = stat.ino;
	identity.mtime = stat.mtime;
	memcpy(identity.hash, hash, COW_HASH_SIZE);
	identity.crc = identity_crc(&identity);
	return cow_beside_write(layer, COW_IDENTITY_SUFFIX, &identity, sizeof(identity), error);
}

static bool identity_matches(const struct cow_disk_identity *identity,
			     const struct cow_layer *layer, const struct cow_stat *stat)
{
	return !memcmp(identity->magic, COW_IDENTITY_MAGIC, sizeof(identity->magic)) &&
	       identity->version == 1 && identity->crc == identity_crc(identity) &&
	       identity->size == layer->size && identity->ino == stat->ino &&
	       identity->mtime == stat->mtime;
}

/* Find the hash of the base. -ENOENT unless an identity file describes the base's current state. */
static int identity_look_up(struct cow_layer *layer, const struct cow_stat *stat,
			    uint8_t hash[COW_HASH_SIZE])
{
	struct cow_disk_identity identity;
	int ret = cow_beside_read(layer, COW_IDENTITY_SUFFIX, &identity, sizeof(identity));

	if (ret || !identity_matches(&identity, layer, stat))
		return -ENOENT;
	memcpy(hash, identity.hash, COW_HASH_SIZE);
	return 0;
}

static int raw_hash(struct cow_layer *layer, const struct cow_stat *stat,
		    struct cow_progress *progress, uint8_t hash[COW_HASH_SIZE])
{
	if (!identity_look_up(layer, stat, hash))
		return 0;
	return cow_identity_hash(layer, progress, hash);
}

/* ---- describing and comparing -------------------------------------------------------- */

static int fail(const struct cow_layer *layer, int ret, struct cow_error *error)
{
	return cow_fail(error, ret, "%s: %s", layer->path,
			ret == -ECANCELED ? "interrupted" : cow_reason(ret));
}

static void note_dates(struct cow_disk_parent *parent, const struct cow_stat *stat)
{
	parent->seen_ino = stat->ino;
	parent->seen_mtime = stat->mtime;
	parent->seen_ctime = stat->ctime;
}

int cow_identity_fill(struct cow_layer *layer, struct cow_progress *progress,
		      struct cow_disk_parent *parent, struct cow_error *error)
{
	struct cow_stat before, after;
	int ret;

	memset(parent, 0, sizeof(*parent));
	parent->size = layer->size;
	if (layer->kind == COW_KIND_LAYER) {
		parent->kind = COW_PARENT_LAYER;
		memcpy(parent->uuid, layer->header->uuid, 16);
		memcpy(parent->write_id, layer->header->write_id, 16);
		ret = layer->io->stat(layer->io, layer->file, &before);
		if (ret)
			return fail(layer, ret, error);
		note_dates(parent, &before);
		return 0;
	}
	parent->kind = COW_PARENT_RAW;
	ret = layer->io->stat(layer->io, layer->file, &before);
	if (!ret)
		ret = raw_hash(layer, &before, progress, parent->hash);
	if (!ret)
		ret = layer->io->stat(layer->io, layer->file, &after);
	if (ret)
		return fail(layer, ret, error);
	if (before.mtime != after.mtime || before.size != after.size)
		return cow_fail(error, -EBUSY,
				"%s: has changed while it was read: stop its writer before making "
				"an overlay on it", layer->path);
	note_dates(parent, &after);
	return 0;
}

static int stale(struct cow_error *error, const char *overlay, const struct cow_layer *base,
		 const char *what)
{
	return cow_fail(error, -ESTALE,
			"%s: base image %s has changed: %s; restore the file, name another one "
			"with --base, or accept this one with umlab-disk rebase -u %s %s",
			overlay, base->path, what, overlay, base->path);
}

static bool dates_seen(const struct cow_disk_parent *parent, const struct cow_stat *stat)
{
	return stat->ino == parent->seen_ino && stat->mtime == parent->seen_mtime &&
	       stat->ctime == parent->seen_ctime;
}

static void say_comparing(const struct cow_layer *layer, const struct cow_options *options)
{
	char line[COW_PATH + 100];

	if (!options->note)
		return;
	cow_text(line, sizeof(line), "%s: its date or place has changed: comparing its content",
		 layer->path);
	options->note(options->data, line);
}

static int check_seal(struct cow_layer *layer, const char *overlay,
		      const struct cow_options *options, struct cow_error *error)
{
	uint8_t hash[COW_HASH_SIZE];
	int ret;

	say_comparing(layer, options);
	ret = cow_identity_seal_hash(layer, options->progress, hash);
	if (ret)
		return fail(layer, ret, error);
	if (memcmp(hash, layer->header->seal_hash, COW_HASH_SIZE))
		return stale(error, overlay, layer, "its content is not what was sealed");
	return 0;
}

static int check_layer(struct cow_layer *layer, const char *overlay,
		       struct cow_disk_parent *parent, bool *seen,
		       const struct cow_options *options, struct cow_error *error)
{
	struct cow_stat stat;
	char what[160];
	int ret;

	if (memcmp(layer->header->uuid, parent->uuid, 16)) {
		cow_text(what, sizeof(what), "it is another layer (%I, not %I)",
			 layer->header->uuid, parent->uuid);
		return stale(error, overlay, layer, what);
	}
	if (memcmp(layer->header->write_id, parent->write_id, 16) && !parent->committing)
		return stale(error, overlay, layer,
			     "a program has written to it since the overlay was made");
	if (layer->header->state != COW_SEALED)
		return 0;
	ret = layer->io->stat(layer->io, layer->file, &stat);
	if (ret)
		return fail(layer, ret, error);
	if (dates_seen(parent, &stat))
		return 0;
	ret = check_seal(layer, overlay, options, error);
	if (ret)
		return ret;
	note_dates(parent, &stat);
	*seen = true;
	return 0;
}

int cow_identity_check(struct cow_layer *layer, struct cow_layer *above, bool named, bool *seen,
		       const struct cow_options *options, struct cow_error *error)
{
	struct cow_disk_parent *parent = &above->header->parent;
	const char *overlay = above->path;
	uint8_t hash[COW_HASH_SIZE];
	struct cow_stat stat;
	char text[160];
	int ret;

	if (layer->kind == COW_KIND_LAYER)
		return check_layer(layer, overlay, parent, seen, options, error);
	if (layer->size != parent->size) {
		cow_text(text, sizeof(text), "it has %U bytes and had %U", layer->size,
			 parent->size);
		return stale(error, overlay, layer, text);
	}
	ret = layer->io->stat(layer->io, layer->file, &stat);
	if (ret)
		return fail(layer, ret, error);
	if (named && (parent->committing || dates_seen(parent, &stat)))
		return 0;
	if (parent->committing && cow_commit_noted(layer, above))
		return 0;

	ret = identity_look_up(layer, &stat, hash);
	if (ret) {
		if (!dates_seen(parent, &stat))
			say_comparing(layer, options);
		ret = cow_identity_hash(layer, options->progress, hash);
	}
	if (ret)
		return fail(layer, ret, error);
	if (memcmp(hash, parent->hash, COW_HASH_SIZE) && parent->committing)
		return stale(error, overlay, layer,
			     "a commit to it was interrupted: run umlab-disk commit with --base");
	if (memcmp(hash, parent->hash, COW_HASH_SIZE))
		return stale(error, overlay, layer, "its content is different");
	if (dates_seen(parent, &stat))
		return 0;
	note_dates(parent, &stat);
	*seen = true;
	return 0;
}
