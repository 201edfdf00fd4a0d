/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain_range.h - exclusive access to the map entries of a range of clusters
 *
 * For chain_write.c. Any thread may call these functions.
 */
#ifndef COW_CHAIN_RANGE_H
#define COW_CHAIN_RANGE_H

#include "chain.h"

/*
 * cow_range_try - take the range of clusters [@first, @end) of the top layer. NULL if another range
 * overlaps it or all ranges are in use; *@seen is then the value of range_freed to sleep on.
 */
struct cow_range *cow_range_try(struct cow_chain *chain, uint64_t first, uint64_t end,
				uint32_t *seen);
/* cow_range_take - likewise, but wait until the range is available. */
struct cow_range *cow_range_take(struct cow_chain *chain, uint64_t first, uint64_t end);
void cow_range_release(struct cow_chain *chain, struct cow_range *range);

#endif /* COW_CHAIN_RANGE_H */
