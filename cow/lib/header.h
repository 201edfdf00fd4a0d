/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * header.h - recognize, parse, check and make the headers of all formats
 *
 * Works on bytes in memory and never touches a file. Whatever the bytes are, the result is a
 * header that other modules may trust, or an error that says what is wrong with the bytes.
 */
#ifndef COW_HEADER_H
#define COW_HEADER_H

#include "format.h"
#include "text.h"

enum cow_kind {
	COW_KIND_RAW,
	COW_KIND_V1,
	COW_KIND_V2,
	COW_KIND_V3,
	COW_KIND_V3_BROKEN,
	COW_KIND_LAYER,
};

/* Bytes at the start of a file: enough to recognize its kind and to hold any header of V1 to V3. */
enum { COW_HEAD_SIZE = 8192 };

/* A header of V1 to V3, in the byte order of this machine, and the offsets that follow from it. */
struct cow_old {
	enum cow_kind kind;
	uint32_t mtime;
	uint64_t size;
	uint32_t sector_size;
	uint64_t bitmap_offset;
	uint64_t bitmap_size;
	uint64_t data_offset;
	char backing[COW_PATH];
};

const char *cow_kind_name(enum cow_kind kind);

/*
 * cow_header_kind - recognize the kind of a file that starts with the @size bytes at @head.
 * Without a known header the file is raw.
 */
enum cow_kind cow_header_kind(const void *head, size_t size);

/* cow_header_parse_old - parse a header of V1 to V3. @path is for messages. */
int cow_header_parse_old(const char *path, const void *head, size_t size, struct cow_old *old,
			 struct cow_error *error);

/* cow_header_make_v3 - make @disk, a V3 header for @size bytes, and parse it into @old. */
int cow_header_make_v3(const char *path, uint64_t size, int64_t mtime_seconds, const char *backing,
		       struct cow_disk_v3 *disk, struct cow_old *old, struct cow_error *error);

/* cow_header_decoy - fill in the first COW_HEADER_A bytes of a layer. */
void cow_header_decoy(void *head);

/*
 * cow_header_parse_layer - choose the header that applies, and check it
 * @headers: both headers, in the order in which the file has them
 * @layer: set to the chosen header
 * @place: set to 0 or 1, the position of the chosen header
 */
int cow_header_parse_layer(const char *path, const void *headers, struct cow_disk_layer *layer,
			   unsigned int *place, struct cow_error *error);

/* cow_header_finish - set the CRC of a header that has changed. */
void cow_header_finish(struct cow_disk_layer *layer);

/*
 * cow_header_layout - compute the offsets from size and cluster_bits, with room for the map to
 * grow. -EFBIG if the disk is too large for the cluster size.
 */
int cow_header_layout(struct cow_disk_layer *layer);

static inline uint64_t cow_round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}


static inline uint64_t cow_layer_clusters(const struct cow_disk_layer *layer)
{
	return (layer->size + (1ULL << layer->cluster_bits) - 1) >> layer->cluster_bits;
}

#endif /* COW_HEADER_H */
