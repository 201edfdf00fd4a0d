/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain_range.h - give a request exclusive access to the map entries of a range of clusters
 *
 * Used by chain_write.c. Any thread may call these functions.
 */
#ifndef COW_CHAIN_RANGE_H
#define COW_CHAIN_RANGE_H

#include "chain.h"

/*
 * cow_range_try - take the range of clusters [@first, @end) of the top layer. Returns NULL if
 * another range overlaps these clusters or all ranges are in use; *@seen is then the value of
 * range_freed on which to sleep.
 */
struct cow_range *cow_range_try(struct cow_chain *chain, uint64_t first, uint64_t end,
				uint32_t *seen);
/* cow_range_take - take a range like cow_range_try(), but wait until this succeeds. */
struct cow_range *cow_range_take(struct cow_chain *chain, uint64_t first, uint64_t end);
/* cow_range_release - release @range and wake the threads that wait for a range. */
void cow_range_release(struct cow_chain *chain, struct cow_range *range);

#endif /* COW_CHAIN_RANGE_H */
