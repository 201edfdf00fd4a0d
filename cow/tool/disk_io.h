/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_io.h - open, close, read, write and copy chains for the verbs, with error messages
 */
#ifndef TOOL_DISK_IO_H
#define TOOL_DISK_IO_H

#include "base/verb.h"
#include "cow.h"

enum {
	DISK_PIECE = 1 << 20,		/* bytes that the verbs read or write at once */
	DISK_UNIT = 4096,		/* bytes; units that differ are written or listed */
};

/* disk_flags - return COW_LAYER_RAW if --raw is on the command line, else 0. */
unsigned int disk_flags(const struct verb_args *args);

/*
 * disk_open - open a chain; returns NULL after printing an error message
 * @flags: enum cow_layer_open
 * @base: file to use below the top layer, or NULL
 */
struct cow_chain *disk_open(const char *path, unsigned int flags, const char *base);

/*
 * disk_close - close @chain. Returns STATUS_FAILED after printing an error message. NULL is
 * allowed.
 */
enum status disk_close(struct cow_chain *chain);

/* disk_read, disk_write - transfer one piece of a chain. 0 or -errno. */
int disk_read(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size);
int disk_write(struct cow_chain *chain, void *from, uint64_t offset, uint64_t size);

/*
 * disk_read_padded - read like disk_read(), with zeros past the end of @chain, which may be NULL.
 */
int disk_read_padded(struct cow_chain *chain, uint8_t *to, uint64_t offset, uint64_t size);

/*
 * disk_copy - copy @from to @to, except for data that @to contains already
 * @below: a chain with the same content as @to before the copy; NULL: @to reads as zeros
 */
int disk_copy(struct cow_chain *from, struct cow_chain *to, struct cow_chain *below,
	      struct cow_error *error);

#endif /* TOOL_DISK_IO_H */
