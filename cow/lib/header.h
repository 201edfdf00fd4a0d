/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * header.h - headers of all formats: what kind of file, read, checked, made
 *
 * Bytes in, structs out: nothing here touches a file. Whatever the bytes are, the result
 * is a header that the rest may believe, or an error that says what is wrong with it.
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

/* Bytes that tell the kind and hold any header of V1 to V3. */
enum { COW_HEAD_SIZE = 8192 };

/* A header of V1 to V3 in the byte order of this machine. */
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

/* cow_header_kind - of a file that begins with @head; never fails: what is no header is raw. */
enum cow_kind cow_header_kind(const void *head, size_t size);

/* cow_header_parse_old - @path is for messages only. -EINVAL with the reason. */
int cow_header_parse_old(const char *path, const void *head, size_t size, struct cow_old *old,
			 struct cow_error *error);

/* cow_header_make_v3 - a V3 header for a disk of @size bytes. */
int cow_header_make_v3(const char *path, uint64_t size, int64_t mtime_seconds, const char *backing,
		       struct cow_disk_v3 *disk, struct cow_old *old, struct cow_error *error);

/* cow_header_decoy - the first COW_HEADER_A bytes of a layer. */
void cow_header_decoy(void *head);

/*
 * cow_header_parse_layer - choose between the two headers at @headers (both, as they follow
 * each other on the disk); *@place gets 0 or 1. -EINVAL with the reason.
 */
int cow_header_parse_layer(const char *path, const void *headers, struct cow_disk_layer *layer,
			   unsigned int *place, struct cow_error *error);

/* cow_header_finish - set the CRC. */
void cow_header_finish(struct cow_disk_layer *layer);

/* cow_header_layout - offsets for a disk of @size bytes, with room for it to grow; -EFBIG. */
int cow_header_layout(struct cow_disk_layer *layer);

static inline uint64_t cow_round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Clusters of a layer, and the bytes of map that they need. */
static inline uint64_t cow_layer_clusters(const struct cow_disk_layer *layer)
{
	return (layer->size + (1ULL << layer->cluster_bits) - 1) >> layer->cluster_bits;
}

#endif /* COW_HEADER_H */
