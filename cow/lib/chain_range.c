// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain_range.c - give a request exclusive access to the map entries of a range of clusters
 *
 * Theory of operation
 *
 * A guest may write two parts of one absent cluster at the same time. The second request must not
 * copy old sectors of the layer below over sectors that the first request has just written. So a
 * request that changes map entries takes the range of their clusters before it reads the entries,
 * and releases the range after setting them. There are COW_RANGES ranges, each with a buffer for
 * one cluster. A request waits until one of the ranges is free and none of the others overlaps its
 * clusters. Meanwhile it sleeps on range_freed, which changes at each release.
 *
 * Called by chain_write.c, on any thread. A thread holds at most one range, so there is no
 * deadlock. range_lock is held for a few instructions only.
 */
#include "chain_range.h"

/* Returns a free range; NULL if there is none or another range overlaps. Needs range_lock. */
static struct cow_range *range_find(struct cow_chain *chain, uint64_t first, uint64_t end)
{
	struct cow_range *free = NULL;

	for (unsigned int i = 0; i < COW_RANGES; i++) {
		struct cow_range *range = &chain->ranges[i];

		if (!range->end)
			free = range;
		else if (range->first < end && first < range->end)
			return NULL;
	}
	return free;
}

struct cow_range *cow_range_try(struct cow_chain *chain, uint64_t first, uint64_t end,
				uint32_t *seen)
{
	struct cow_range *range;

	cow_mutex_lock(chain->io, &chain->range_lock);
	range = range_find(chain, first, end);
	if (range) {
		range->first = first;
		range->end = end;
	}
	*seen = __atomic_load_n(&chain->range_freed, __ATOMIC_RELAXED);
	cow_mutex_unlock(chain->io, &chain->range_lock);
	return range;
}

struct cow_range *cow_range_take(struct cow_chain *chain, uint64_t first, uint64_t end)
{
	struct cow_range *range;
	uint32_t seen;

	while (!(range = cow_range_try(chain, first, end, &seen)))
		chain->io->sleep(chain->io, &chain->range_freed, seen);
	return range;
}

void cow_range_release(struct cow_chain *chain, struct cow_range *range)
{
	cow_mutex_lock(chain->io, &chain->range_lock);
	range->end = 0;
	__atomic_add_fetch(&chain->range_freed, 1, __ATOMIC_RELEASE);
	cow_mutex_unlock(chain->io, &chain->range_lock);
	chain->io->wake(chain->io, &chain->range_freed);
}
