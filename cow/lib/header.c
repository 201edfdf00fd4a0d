// SPDX-License-Identifier: GPL-2.0-only
/*
 * header.c - recognize, parse, check and make the headers of all formats
 *
 * Called by layer.c, chain_write.c, create.c and umlab-disk, and by the fuzzer in
 * tests/unit/u-header.c. The bytes may come from an untrusted guest. The functions only compute,
 * so any thread may call them.
 */
#include "header.h"

#include "crc32c.h"

enum {
	V3_SECTOR = 512,
	V3_ALIGN = 4096,
	ALIGN_MAX = 1 << 24,
};

#define V3_SIZE_MAX	(1ULL << 43)	/* limit of the offsets in other programs */
#define OLD_SIZE_MAX	(1ULL << COW_SIZE_BITS_MAX)

const char *cow_kind_name(enum cow_kind kind)
{
	static const char *const names[] = {
		[COW_KIND_RAW] = "raw", [COW_KIND_V1] = "COW V1", [COW_KIND_V2] = "COW V2",
		[COW_KIND_V3] = "COW V3", [COW_KIND_V3_BROKEN] = "COW V3 (64-bit, before 2006)",
		[COW_KIND_LAYER] = "layer",
	};

	return names[kind];
}

static bool power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

enum cow_kind cow_header_kind(const void *head, size_t size)
{
	struct cow_disk_v3 v3;
	uint32_t magic;

	if (size < 8)
		return COW_KIND_RAW;
	memset(&v3, 0, sizeof(v3));
	memcpy(&v3, head, size < sizeof(v3) ? size : sizeof(v3));
	magic = v3.magic;
	if (magic == COW_MAGIC)
		return COW_KIND_V1;
	if (__builtin_bswap32(magic) != COW_MAGIC)
		return COW_KIND_RAW;
	if (__builtin_bswap32(v3.version) == 2)
		return COW_KIND_V2;
	if (__builtin_bswap32(v3.version) == 3 && __builtin_bswap32(v3.cow_format) == COW_TAG_LAYER)
		return COW_KIND_LAYER;
	/* Where V3 has the path of the base, the broken form has cow_format, which was always 0. */
	if (__builtin_bswap32(v3.version) == 3 && size > 36 && !memcmp(v3.backing, "\0\0\0\0", 4))
		return COW_KIND_V3_BROKEN;
	/* Unknown versions count as V3, so that the parser refuses the file; it is not raw. */
	return COW_KIND_V3;
}

/* Compute the offsets. @header_size and @alignment depend on the version. */
static int old_layout(const char *path, struct cow_old *old, uint64_t header_size,
		      uint64_t alignment, struct cow_error *error)
{
	uint64_t sectors;
	bool before_v3 = old->kind == COW_KIND_V1 || old->kind == COW_KIND_V2;

	if (!power_of_two(old->sector_size) || old->sector_size < 512 || old->sector_size > 65536)
		return cow_fail(error, -EINVAL, "%s: malformed header: sector size %u", path,
				old->sector_size);
	if (!power_of_two(alignment) || alignment > ALIGN_MAX)
		return cow_fail(error, -EINVAL, "%s: malformed header: alignment %U", path,
				alignment);
	if (!old->size || old->size > OLD_SIZE_MAX)
		return cow_fail(error, -EINVAL, "%s: malformed header: disk of %U bytes", path,
				old->size);

	sectors = cow_round_up(old->size, old->sector_size) / old->sector_size;
	old->bitmap_size = (sectors + 7) / 8;
	if (before_v3) {
		uint64_t counted = (old->size + old->sector_size - 1) / (8 * old->sector_size);

		/* V1 and V2 round the bitmap's size down, so its last bits may overlap the data. */
		old->bitmap_offset = header_size;
		old->data_offset = cow_round_up(header_size + counted, alignment);
		if (old->bitmap_offset + old->bitmap_size > old->data_offset)
			return cow_fail(error, -EINVAL,
					"%s: the bitmap of this old format has no room for the "
					"last %U sectors", path, sectors % 8);
		return 0;
	}
	old->bitmap_offset = cow_round_up(header_size, alignment);
	old->data_offset = cow_round_up(old->bitmap_offset + old->bitmap_size, alignment);
	return 0;
}

static int old_backing(const char *path, struct cow_old *old, const char *backing, size_t size,
		       struct cow_error *error)
{
	size_t length;

	for (length = 0; length < size && backing[length]; length++)
		;
	if (length == size)
		return cow_fail(error, -EINVAL,
				"%s: malformed header: the path of the base is not terminated",
				path);
	if (!length)
		return cow_fail(error, -EINVAL, "%s: malformed header: no path of the base", path);
	memset(old->backing, 0, sizeof(old->backing));
	memcpy(old->backing, backing, length);
	return 0;
}

static int parse_v1(const char *path, const void *head, struct cow_old *old,
		    struct cow_error *error)
{
	struct cow_disk_v1 v1;
	int ret;

	memcpy(&v1, head, sizeof(v1));
	if (v1.version != 1)
		return cow_fail(error, -EINVAL,
				"%s: malformed header: COW version %u in the byte order of V1",
				path, v1.version);
	old->mtime = v1.mtime;
	old->size = v1.size;
	old->sector_size = v1.sector_size;
	ret = old_backing(path, old, v1.backing, sizeof(v1.backing), error);
	return ret ? ret : old_layout(path, old, sizeof(v1), old->sector_size, error);
}

/* Set the fields of @old from big-endian numbers, as V2 and V3 store them. */
static void set_fields(struct cow_old *old, uint32_t mtime, uint64_t size, uint32_t sector_size)
{
	old->mtime = __builtin_bswap32(mtime);
	old->size = __builtin_bswap64(size);
	old->sector_size = __builtin_bswap32(sector_size);
}

static int parse_v2(const char *path, const void *head, struct cow_old *old,
		    struct cow_error *error)
{
	struct cow_disk_v2 v2;
	int ret;

	memcpy(&v2, head, sizeof(v2));
	set_fields(old, v2.mtime, v2.size, v2.sector_size);
	ret = old_backing(path, old, v2.backing, sizeof(v2.backing), error);
	return ret ? ret : old_layout(path, old, sizeof(v2), old->sector_size, error);
}

static int parse_v3(const char *path, const void *head, struct cow_old *old,
		    struct cow_error *error)
{
	struct cow_disk_v3 v3;
	int ret;

	memcpy(&v3, head, sizeof(v3));
	if (__builtin_bswap32(v3.version) != 3)
		return cow_fail(error, -EINVAL, "%s: unknown COW version %u; 1 to 3 are supported",
				path, __builtin_bswap32(v3.version));
	if (v3.cow_format)
		return cow_fail(error, -EINVAL, "%s: unknown format %u of COW V3", path,
				__builtin_bswap32(v3.cow_format));
	set_fields(old, v3.mtime, v3.size, v3.sector_size);
	ret = old_backing(path, old, v3.backing, sizeof(v3.backing), error);
	return ret ? ret : old_layout(path, old, sizeof(v3), __builtin_bswap32(v3.alignment),
				      error);
}

static int parse_v3_broken(const char *path, const void *head, struct cow_old *old,
			   struct cow_error *error)
{
	struct cow_disk_v3_broken v3;
	int ret;

	memcpy(&v3, head, sizeof(v3));
	set_fields(old, v3.mtime, v3.size, v3.sector_size);
	ret = old_backing(path, old, v3.backing, sizeof(v3.backing), error);
	return ret ? ret : old_layout(path, old, sizeof(v3), __builtin_bswap32(v3.alignment),
				      error);
}

int cow_header_parse_old(const char *path, const void *head, size_t size, struct cow_old *old,
			 struct cow_error *error)
{
	static const struct {
		size_t size;
		int (*parse)(const char *path, const void *head, struct cow_old *old,
			     struct cow_error *error);
	} parsers[] = {
		[COW_KIND_V1] = { sizeof(struct cow_disk_v1), parse_v1 },
		[COW_KIND_V2] = { sizeof(struct cow_disk_v2), parse_v2 },
		[COW_KIND_V3] = { sizeof(struct cow_disk_v3), parse_v3 },
		[COW_KIND_V3_BROKEN] = { sizeof(struct cow_disk_v3_broken), parse_v3_broken },
	};

	old->kind = cow_header_kind(head, size);
	if (old->kind == COW_KIND_RAW || old->kind == COW_KIND_LAYER)
		return cow_fail(error, -EINVAL, "%s: not a COW file of version 1 to 3", path);
	if (size < parsers[old->kind].size)
		return cow_fail(error, -EINVAL, "%s: truncated within its header", path);
	return parsers[old->kind].parse(path, head, old, error);
}

int cow_header_make_v3(const char *path, uint64_t size, int64_t mtime_seconds, const char *backing,
		       struct cow_disk_v3 *disk, struct cow_old *old, struct cow_error *error)
{
	size_t length = strlen(backing);

	if (size > V3_SIZE_MAX)
		return cow_fail(error, -EFBIG, "%s: a COW V3 disk has at most 8 TiB", path);
	if (mtime_seconds < 0 || mtime_seconds > UINT32_MAX)
		return cow_fail(error, -EINVAL,
				"%s: COW V3 cannot record the date of the base: touch the base",
				path);
	if (length >= COW_PATH)
		return cow_fail(error, -ENAMETOOLONG, "%s: the path of the base is too long", path);
	for (const char *c = backing; *c; c++)
		if (*c == ',' || *c == ':')
			return cow_fail(error, -EINVAL,
					"%s: the path of a COW V3 base must not contain ',' or "
					"':': %s", path, backing);
	memset(disk, 0, sizeof(*disk));
	disk->magic = __builtin_bswap32(COW_MAGIC);
	disk->version = __builtin_bswap32(3);
	disk->mtime = __builtin_bswap32((uint32_t)mtime_seconds);
	disk->size = __builtin_bswap64(size);
	disk->sector_size = __builtin_bswap32(V3_SECTOR);
	disk->alignment = __builtin_bswap32(V3_ALIGN);
	memcpy(disk->backing, backing, length);
	return cow_header_parse_old(path, disk, sizeof(*disk), old, error);
}

void cow_header_decoy(void *head)
{
	struct cow_disk_v3 v3 = {
		.magic = __builtin_bswap32(COW_MAGIC),
		.version = __builtin_bswap32(3),
		.size = __builtin_bswap64(COW_DECOY_SIZE),
		.sector_size = __builtin_bswap32(V3_SECTOR),
		.alignment = __builtin_bswap32(V3_ALIGN),
		.cow_format = __builtin_bswap32(COW_TAG_LAYER),
		.backing = COW_DECOY_BACKING,
	};

	memset(head, 0, COW_HEADER_A);
	memcpy(head, &v3, sizeof(v3));
}

/* ---- layers ---------------------------------------------------------------- */

static uint32_t layer_crc(const struct cow_disk_layer *layer)
{
	const uint32_t zero = 0;
	const uint8_t *bytes = (const uint8_t *)layer;
	size_t at = offsetof(struct cow_disk_layer, crc);
	uint32_t crc = cow_crc32c(0, bytes, at);

	crc = cow_crc32c(crc, &zero, sizeof(zero));
	at += sizeof(zero);
	return cow_crc32c(crc, bytes + at, sizeof(*layer) - at);
}

void cow_header_finish(struct cow_disk_layer *layer)
{
	layer->crc = layer_crc(layer);
}

static bool terminated(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!text[i])
			return true;
	return false;
}

static uint64_t map_bytes(const struct cow_disk_layer *layer)
{
	return (cow_layer_clusters(layer) + 3) / 4;
}

int cow_header_layout(struct cow_disk_layer *layer)
{
	/*
	 * An unused map takes no space on the host. So reserve a map for a disk of four times the
	 * size, and for 256 GiB at least.
	 */
	uint64_t room = layer->size < 1ULL << 36 ? 1ULL << 38 : layer->size * 4;
	uint64_t capacity;

	if (layer->size > 1ULL << COW_SIZE_BITS_MAX)
		return -EFBIG;
	if (room > 1ULL << COW_SIZE_BITS_MAX)
		room = 1ULL << COW_SIZE_BITS_MAX;
	capacity = cow_round_up((room >> layer->cluster_bits) / 4, COW_MAP_BLOCK);
	if (capacity > COW_MAP_CAPACITY_MAX)
		capacity = COW_MAP_CAPACITY_MAX;
	layer->map_capacity = capacity;
	if (map_bytes(layer) > capacity)
		return -EFBIG;
	layer->crc_offset = COW_MAP_OFFSET + capacity;
	layer->data_offset = cow_round_up(layer->crc_offset + capacity / COW_MAP_BLOCK * 4,
					  COW_DATA_ALIGN);
	return 0;
}

/* Returns what is wrong with a header whose CRC is right; NULL if it is valid. */
static const char *layer_fault(const struct cow_disk_layer *layer)
{
	if (layer->cluster_bits < COW_CLUSTER_BITS_MIN ||
	    layer->cluster_bits > COW_CLUSTER_BITS_MAX)
		return "cluster size";
	if (!layer->size || layer->size > 1ULL << COW_SIZE_BITS_MAX || layer->size % 512)
		return "size of the disk";
	if (layer->state < COW_CLEAN || layer->state > COW_SEALED)
		return "state";
	if (!layer->map_capacity || layer->map_capacity > COW_MAP_CAPACITY_MAX ||
	    layer->map_capacity % COW_MAP_BLOCK || map_bytes(layer) > layer->map_capacity)
		return "size of the map";
	if (layer->crc_offset != COW_MAP_OFFSET + layer->map_capacity)
		return "place of the checksums";
	if (layer->data_offset % COW_DATA_ALIGN || layer->data_offset > 1ULL << COW_SIZE_BITS_MAX ||
	    layer->data_offset < layer->crc_offset + layer->map_capacity / COW_MAP_BLOCK * 4)
		return "place of the data";
	if (layer->parent.kind > COW_PARENT_LAYER)
		return "kind of the layer below";
	if (layer->parent.kind != COW_PARENT_NONE &&
	    (!layer->parent.size || layer->parent.size > layer->size))
		return "size of the layer below";
	if (!terminated(layer->parent_relative, COW_PATH) ||
	    !terminated(layer->parent_absolute, COW_PATH))
		return "path of the layer below";
	if (layer->parent.kind != COW_PARENT_NONE && !layer->parent_relative[0] &&
	    !layer->parent_absolute[0])
		return "missing path of the layer below";
	if (!terminated(layer->owner.host, COW_HOST_SIZE) ||
	    !terminated(layer->owner.boot_id, COW_BOOT_ID_SIZE))
		return "owner";
	return NULL;
}

int cow_header_parse_layer(const char *path, const void *headers, struct cow_disk_layer *layer,
			   unsigned int *place, struct cow_error *error)
{
	const struct cow_disk_layer *both = headers;
	const char *fault;
	int chosen = -1;

	for (int i = 0; i < 2; i++) {
		if (memcmp(both[i].magic, COW_LAYER_MAGIC, sizeof(both[i].magic)) ||
		    layer_crc(&both[i]) != both[i].crc)
			continue;
		if (chosen < 0 || both[i].sequence > both[chosen].sequence)
			chosen = i;
	}
	if (chosen < 0)
		return cow_fail(error, -EINVAL, "%s: both headers of this layer are damaged", path);
	memcpy(layer, &both[chosen], sizeof(*layer));
	if (layer->major != COW_LAYER_MAJOR || layer->header_size != COW_HEADER_SIZE)
		return cow_fail(error, -EINVAL,
				"%s: unknown version %u of the layer format (this program knows "
				"%u): use a newer umlab", path, layer->major, COW_LAYER_MAJOR);
	if (layer->incompat)
		return cow_fail(error, -EINVAL,
				"%s: uses unknown features %X: use a newer umlab", path,
				layer->incompat);
	fault = layer_fault(layer);
	if (fault)
		return cow_fail(error, -EINVAL, "%s: malformed header: %s", path, fault);
	*place = chosen;
	return 0;
}
