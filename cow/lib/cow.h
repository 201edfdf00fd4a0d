/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cow.h - disks made of layers: what the driver, the tool and the tests may call
 *
 * A chain is a top layer and all layers below it, down to a raw file or to nothing. Only
 * the top is ever written. Open, close, create and grow are for one thread; read, write,
 * zero, discard and flush for any number at once. Everything returns >= 0 or -errno;
 * calls with a struct cow_error also say in words what is wrong and what to do.
 */
#ifndef COW_H
#define COW_H

#include "header.h"
#include "io.h"
#include "layer.h"

enum {
	COW_CHAIN_MAX = 64,		/* layers with a map; a raw one may lie below them */
	COW_RANGES = 16,		/* changes of the map under way at once */
	COW_OWNER_ZERO = 0xff,
};

/* What a long step is doing; returns true to have it stopped (-ECANCELED). */
struct cow_progress {
	bool (*step)(struct cow_progress *progress, const char *what, uint64_t done, uint64_t total);
};

struct cow_options {
	unsigned int flags;		/* enum cow_layer_open, of the top layer */
	const char *base;		/* file below the top layer, instead of what that says; or NULL */
	bool any_base;			/* do not compare the base's identity (rebase) */
	void (*note)(void *data, const char *text);	/* what the user should know; may be NULL */
	void *data;
	struct cow_progress *progress;	/* may be NULL */
};

/* A range of clusters whose map entries are about to change: nobody else may change them. */
struct cow_range {
	uint64_t first, end;		/* end 0: free */
	uint8_t *buffer;		/* one cluster */
};

struct cow_chain {
	const struct cow_io *io;
	uint64_t size;
	unsigned int nr_layers;
	struct cow_layer *layers[COW_CHAIN_MAX + 1];	/* [0] is the top */

	/*
	 * owner: for each unit of the disk, which layer below the top answers: 0 the last one
	 * (or zeros, if that is no raw file), COW_OWNER_ZERO zeros, else its index. NULL: always 0.
	 */
	uint8_t *owner;
	uint64_t owner_size;
	unsigned int unit_bits;

	struct cow_mutex range_lock;
	uint32_t range_freed;		/* changes when a range is given back */
	struct cow_range ranges[COW_RANGES];
};

int cow_chain_open(const struct cow_io *io, const char *path, const struct cow_options *options,
		   struct cow_chain **chain, struct cow_error *error);
/* cow_chain_close - the chain is gone whatever it returns; NULL is fine. */
int cow_chain_close(struct cow_chain *chain);

/*
 * cow_chain_read - all of @vec, which is used up. COW_IO_NOWAIT: -EAGAIN rather than wait.
 * cow_chain_write, cow_chain_zero - offsets and sizes are whole sectors of 512 bytes.
 * cow_chain_discard - as zero, and gives the space back; -EOPNOTSUPP where it cannot.
 * cow_chain_flush - what was acknowledged before is on stable storage (see cow_layer_sync()).
 */
int cow_chain_read(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		   uint64_t offset, uint64_t size, unsigned int flags);
int cow_chain_write(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
		    uint64_t offset, uint64_t size);
/* cow_chain_write_now - as cow_chain_write(); -EAGAIN, with @vec as it was, if that is more than one copy to the host. */
int cow_chain_write_now(struct cow_chain *chain, struct cow_iovec *vec, unsigned int count,
			uint64_t offset, uint64_t size);
int cow_chain_zero(struct cow_chain *chain, uint64_t offset, uint64_t size);
int cow_chain_discard(struct cow_chain *chain, uint64_t offset, uint64_t size);
int cow_chain_flush(struct cow_chain *chain);

/* cow_chain_grow - the disk has @size bytes from here on. No other call may be under way. */
int cow_chain_grow(struct cow_chain *chain, uint64_t size, struct cow_error *error);

/* What the content at an offset comes from. */
struct cow_source {
	enum cow_cluster state;		/* COW_DATA or COW_ZERO */
	unsigned int layer;		/* data: index in layers */
	uint64_t end;			/* the same source up to here */
};

/* cow_chain_source - at @offset, looking no further than @end. From layer @from downwards. */
void cow_chain_source(const struct cow_chain *chain, unsigned int from, uint64_t offset, uint64_t end,
		      struct cow_source *source);

/* cow_chain_read_below - as cow_chain_read(), but of what lies below the top layer. */
int cow_chain_read_below(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size);

/* ---- making layers (create.c) ------------------------------------------------- */

struct cow_create {
	const char *base;		/* NULL: an empty disk */
	bool base_raw;			/* raw, whatever it looks like */
	uint64_t size;			/* 0: as the base */
	unsigned int cluster_bits;	/* 0: 12, or what the size needs */
	struct cow_progress *progress;
};

/* cow_create - a new layer @path. Appears under its name when it is complete; -EEXIST. */
int cow_create(const struct cow_io *io, const char *path, const struct cow_create *create, struct cow_error *error);

/* cow_create_v3 - a new COW V3 file. */
int cow_create_v3(const struct cow_io *io, const char *path, const struct cow_create *create, struct cow_error *error);

/* ---- which file is it (identity.c) ---------------------------------------------- */

/* cow_identity_hash - of the content of the raw file of @layer. */
int cow_identity_hash(struct cow_layer *layer, struct cow_progress *progress, uint8_t hash[COW_HASH_SIZE]);

/* cow_identity_seal_hash - of what a layer holds itself. */
int cow_identity_seal_hash(struct cow_layer *layer, struct cow_progress *progress, uint8_t hash[COW_HASH_SIZE]);

/* cow_identity_note - write (or renew) the identity file beside the raw file of @layer. */
int cow_identity_note(struct cow_layer *layer, const uint8_t hash[COW_HASH_SIZE], struct cow_error *error);

/* cow_identity_fill - describe @layer as the parent of another. Raw: hash from the identity file or by reading. */
int cow_identity_fill(struct cow_layer *layer, struct cow_progress *progress, struct cow_disk_parent *parent,
		      struct cow_error *error);

/*
 * cow_identity_check - is @layer what @parent describes? -ESTALE: no, @error says what is
 * different. *@seen: the content was compared anew, and the description now tells the file's present dates.
 */
int cow_identity_check(struct cow_layer *layer, const char *overlay, struct cow_disk_parent *parent, bool *seen,
		       const struct cow_options *options, struct cow_error *error);

/* ---- names (path.c) ------------------------------------------------------------- */

/* cow_path_beside - @name as seen from the folder of @path. -ENAMETOOLONG. */
int cow_path_beside(const char *path, const char *name, char *result, size_t size);

/* cow_path_record - both spellings of @target for a file @path that refers to it; either may come out empty. */
int cow_path_record(const struct cow_io *io, const char *path, const char *target,
		    char relative[COW_PATH], char absolute[COW_PATH]);

#endif /* COW_H */
