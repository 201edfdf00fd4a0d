/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * create.h - make new layers and new COW V3 files
 */
#ifndef COW_CREATE_H
#define COW_CREATE_H

#include "io.h"
#include "cow_options.h"
#include "text.h"

struct cow_create {
	const char *base;		/* NULL: an empty disk */
	bool base_raw;			/* the base is raw, whatever its first bytes look like */
	uint64_t size;			/* bytes; 0: the size of the base */
	unsigned int cluster_bits;	/* 0: 12, or more if the size requires it */
	struct cow_progress *progress;	/* may be NULL */
};

/*
 * cow_create - make a new layer. @path appears when the file is complete. Fails with -EEXIST if
 * @path exists.
 */
int cow_create(const struct cow_io *io, const char *path, const struct cow_create *create,
	       struct cow_error *error);

/* cow_create_v3 - make a new COW V3 file, under the same conditions as cow_create(). */
int cow_create_v3(const struct cow_io *io, const char *path, const struct cow_create *create,
		  struct cow_error *error);

/*
 * cow_create_empty - write the start of a layer with the finished header @header into the empty
 * file @file, and set the length of the file. The map is empty.
 */
int cow_create_empty(const struct cow_io *io, int file, const struct cow_disk_layer *header);

#endif /* COW_CREATE_H */
