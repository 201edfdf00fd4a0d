/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cursor.h - walk through the scattered memory of a request
 *
 * Used by chain.c and chain_write.c to cut a request into transfers.
 */
#ifndef COW_CURSOR_H
#define COW_CURSOR_H

#include "io.h"

struct cursor {
	struct cow_iovec *vec;
	unsigned int count;
	size_t skip;			/* bytes of vec[0] that are already used */
};

/*
 * Store the next @size bytes in @to, as at most @max pieces, and set *@count to the number of
 * pieces. Returns how many bytes the pieces hold.
 */
static inline uint64_t cursor_take(struct cursor *cursor, uint64_t size, struct cow_iovec *to,
				   unsigned int max, unsigned int *count)
{
	uint64_t taken = 0;

	*count = 0;
	while (cursor->count && taken < size && *count < max) {
		size_t part = cursor->vec->size - cursor->skip;

		if (part > size - taken)
			part = size - taken;
		if (part) {
			to[*count].base = (char *)cursor->vec->base + cursor->skip;
			to[*count].size = part;
			(*count)++;
		}
		taken += part;
		cursor->skip += part;
		if (cursor->skip == cursor->vec->size) {
			cursor->vec++;
			cursor->count--;
			cursor->skip = 0;
		}
	}
	return taken;
}

#endif /* COW_CURSOR_H */
