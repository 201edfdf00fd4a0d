/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - the formats of disk files: COW V1 to V3, layers, identity files
 *
 * This file defines the formats, as constants, structs and asserts; umlab-disk(5) describes them in
 * prose. COW V2 and V3 are big-endian, and V1 has the byte order of the machine that wrote it. In a
 * layer everything after the decoy is little-endian.
 *
 * A layer file:
 *        0  decoy: a COW V3 header that other programs refuse, with our tag in cow_format
 *     8192  header A          of the valid headers, the one with the higher sequence number
 *    20480  header B          applies; an update overwrites the other header
 *    32768  map: 2 bits for each cluster, cluster n in byte n/4 at bit 2*(n%4)
 *      ...  one CRC32C for each 4096 bytes of map, valid unless the state is dirty
 *      ...  data: cluster n at data_offset + n * cluster size; the file is sparse
 */
#ifndef COW_FORMAT_H
#define COW_FORMAT_H

#include "cow_types.h"

/* ---- COW V1 to V3 -------------------------------------------------------- */

enum {
	COW_MAGIC = 0x4f4f4f4d,		/* "OOOM" */
	COW_TAG_LAYER = 0x554d4c58,	/* "UMLX" in the field cow_format of the decoy */
	COW_V1_PATH = 256,
	COW_PATH = 4096,
};

struct cow_disk_v1 {
	uint32_t magic;
	uint32_t version;
	char backing[COW_V1_PATH];
	uint32_t mtime;
	uint64_t size;
	uint32_t sector_size;
} __attribute__((packed));

struct cow_disk_v2 {
	uint32_t magic;
	uint32_t version;
	char backing[COW_PATH];
	uint32_t mtime;
	uint64_t size;
	uint32_t sector_size;
} __attribute__((packed));

struct cow_disk_v3 {
	uint32_t magic;
	uint32_t version;
	uint32_t mtime;
	uint64_t size;
	uint32_t sector_size;
	uint32_t alignment;
	uint32_t cow_format;
	char backing[COW_PATH];
} __attribute__((packed));

/* V3 as 64-bit programs wrote it before December 2005: with the compiler's padding. */
struct cow_disk_v3_broken {
	uint32_t magic;
	uint32_t version;
	uint32_t mtime;
	uint32_t pad;
	uint64_t size;
	uint32_t sector_size;
	uint32_t alignment;
	uint32_t cow_format;
	char backing[COW_PATH];
	uint32_t tail_pad;
} __attribute__((packed));

_Static_assert(sizeof(struct cow_disk_v1) == 280, "V1 header");
_Static_assert(offsetof(struct cow_disk_v1, mtime) == 264, "V1 mtime");
_Static_assert(sizeof(struct cow_disk_v2) == 4120, "V2 header");
_Static_assert(offsetof(struct cow_disk_v2, mtime) == 4104, "V2 mtime");
_Static_assert(sizeof(struct cow_disk_v3) == 4128, "V3 header");
_Static_assert(offsetof(struct cow_disk_v3, size) == 12, "V3 size");
_Static_assert(offsetof(struct cow_disk_v3, cow_format) == 28, "V3 format");
_Static_assert(offsetof(struct cow_disk_v3, backing) == 32, "V3 backing");
_Static_assert(sizeof(struct cow_disk_v3_broken) == 4136, "broken V3 header");
_Static_assert(offsetof(struct cow_disk_v3_broken, backing) == 36, "broken V3 backing");

/* ---- the layer format ---------------------------------------------------- */

#define COW_DECOY_SIZE		0xfffffffffffffe00ULL
#define COW_DECOY_BACKING	"/dev/null/this-is-an-umlab-layer--use-umlab-disk"

enum {
	COW_LAYER_MAJOR = 1,
	COW_LAYER_MINOR = 0,

	COW_HEADER_A = 8192,
	COW_HEADER_B = 20480,
	COW_HEADER_SIZE = 12288,
	COW_MAP_OFFSET = 32768,
	COW_MAP_BLOCK = 4096,		/* the map is written and has CRCs in this unit */
	COW_DATA_ALIGN = 65536,

	COW_CLUSTER_BITS_MIN = 12,
	COW_CLUSTER_BITS_MAX = 16,
	COW_SIZE_BITS_MAX = 46,		/* 64 TiB */
	COW_MAP_CAPACITY_MAX = 1 << 28,	/* bytes */
};

enum cow_cluster {
	COW_ABSENT = 0,			/* the layer below provides the cluster */
	COW_DATA = 1,			/* this file holds the cluster */
	COW_ZERO = 2,			/* zeros, whatever the file holds at its place */
	COW_INVALID = 3,		/* never written */
};

enum cow_state {
	COW_CLEAN = 1,			/* closed cleanly: the map CRCs are valid */
	COW_DIRTY = 2,			/* being written, or its writer died */
	COW_SEALED = 3,			/* never written again; CRCs and hash are valid */
};

enum cow_parent_kind {
	COW_PARENT_NONE = 0,		/* absent clusters are zeros */
	COW_PARENT_RAW = 1,
	COW_PARENT_LAYER = 2,
};

enum {
	COW_HASH_SIZE = 32,
	COW_HOST_SIZE = 64,
	COW_BOOT_ID_SIZE = 40,
};

/*
 * The layer below, identified by content. Inode and times only serve to avoid reading the content
 * again.
 */
struct cow_disk_parent {
	uint32_t kind;			/* enum cow_parent_kind */
	uint32_t committing;		/* 1: this layer is being committed to the parent */
	uint64_t size;			/* of its content */
	uint8_t uuid[16];		/* if it is a layer: from its header */
	uint8_t write_id[16];
	uint8_t hash[COW_HASH_SIZE];	/* if it is raw: of the content (identity.c) */
	uint64_t seen_ino;		/* inode and times as of the last comparison of contents */
	int64_t seen_mtime;		/* nanoseconds */
	int64_t seen_ctime;
};

/* The process that has the layer open for writing. pid 0: none. */
struct cow_disk_owner {
	char host[COW_HOST_SIZE];
	char boot_id[COW_BOOT_ID_SIZE];
	uint64_t pid;
	int64_t since;			/* seconds since 1970 */
};

struct cow_disk_layer {
	char magic[8];			/* COW_LAYER_MAGIC */
	uint16_t major, minor;
	uint32_t header_size;
	uint64_t incompat;		/* features that a reader must know */
	uint64_t ro_compat;		/* features that a writer must know */
	uint64_t compat;
	uint64_t sequence;
	uint8_t uuid[16];
	uint8_t write_id[16];		/* new each time that writing begins */
	uint64_t size;			/* of the disk */
	uint32_t cluster_bits;
	uint32_t state;			/* enum cow_state */
	uint64_t map_capacity;		/* bytes reserved for the map */
	uint64_t crc_offset;
	uint64_t data_offset;
	int64_t created;		/* seconds since 1970 */
	uint8_t seal_hash[COW_HASH_SIZE];	/* if sealed: of what this layer holds */
	uint8_t reserved1[96];
	struct cow_disk_parent parent;
	uint8_t reserved2[152];
	struct cow_disk_owner owner;
	uint8_t reserved3[3460];
	uint32_t crc;			/* CRC32C of the header with this field 0 */
	char parent_relative[COW_PATH];	/* to the folder of this file */
	char parent_absolute[COW_PATH];
};

#define COW_LAYER_MAGIC "UMLXdisk"

_Static_assert(sizeof(struct cow_disk_parent) == 104, "parent record");
_Static_assert(sizeof(struct cow_disk_owner) == 120, "owner record");
_Static_assert(offsetof(struct cow_disk_layer, sequence) == 40, "sequence");
_Static_assert(offsetof(struct cow_disk_layer, size) == 80, "size");
_Static_assert(offsetof(struct cow_disk_layer, data_offset) == 112, "data offset");
_Static_assert(offsetof(struct cow_disk_layer, seal_hash) == 128, "seal hash");
_Static_assert(offsetof(struct cow_disk_layer, parent) == 256, "parent");
_Static_assert(offsetof(struct cow_disk_layer, owner) == 512, "owner");
_Static_assert(offsetof(struct cow_disk_layer, crc) == 4092, "crc");
_Static_assert(sizeof(struct cow_disk_layer) == COW_HEADER_SIZE, "header");
_Static_assert(COW_HEADER_B - COW_HEADER_A == COW_HEADER_SIZE, "headers follow each other");
_Static_assert(COW_HEADER_B + COW_HEADER_SIZE <= COW_MAP_OFFSET, "headers end before the map");
_Static_assert(sizeof(struct cow_disk_v3) <= COW_HEADER_A, "decoy ends before the headers");

/* ---- the identity file beside a raw base: BASE.umlab-id -------------------- */

struct cow_disk_identity {
	char magic[8];			/* COW_IDENTITY_MAGIC */
	uint32_t version;		/* 1 */
	uint32_t reserved;
	uint64_t size;
	uint64_t ino;
	int64_t mtime;			/* ns; the hash is valid for this size, ino and mtime */
	uint8_t hash[COW_HASH_SIZE];
	uint32_t reserved2;
	uint32_t crc;			/* CRC32C of all before it */
};

#define COW_IDENTITY_MAGIC	"UMLXbase"
#define COW_IDENTITY_SUFFIX	".umlab-id"

/* ---- the note of a commit beside a raw base: BASE.umlab-commit ---------------- */

struct cow_disk_commit {
	char magic[8];			/* COW_COMMIT_MAGIC */
	uint8_t uuid[16];		/* of the overlay */
	uint32_t reserved;
	uint32_t crc;			/* CRC32C of all before it */
};

#define COW_COMMIT_MAGIC	"UMLXcomm"
#define COW_COMMIT_SUFFIX	".umlab-commit"

_Static_assert(sizeof(struct cow_disk_identity) == 80, "identity file");
_Static_assert(sizeof(struct cow_disk_commit) == 32, "note of a commit");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the structs are used in place");

#endif /* COW_FORMAT_H */
