// SPDX-License-Identifier: GPL-2.0-only
/*
 * scattered.c - touch 4 GB page by page, never two adjacent pages in a row
 *
 * The pages form far more separate pieces than the host allows mappings in one process
 * (vm.max_map_count). The kernel has to drop some mappings and restore them on the next access.
 * Each page holds its own number. t9334-scattered.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "tap.h"

enum { PAGE = 4096 };
static const size_t size = 4UL << 30;

/* Returns the @i-th page of an order that visits each of the 2^20 pages once. */
static size_t page_of(size_t i, size_t stride)
{
	return i * stride % (size / PAGE);
}

/* Counts the pages that do not hold @mark, and marks each with @next. */
static long look(char *area, size_t stride, uint64_t mark, uint64_t next)
{
	long bad = 0;

	for (size_t i = 0; i < size / PAGE; i++) {
		size_t page = page_of(i, stride);
		uint64_t *word = (uint64_t *)(area + page * PAGE);

		bad += *word != (mark ? page ^ mark : 0);
		*word = page ^ next;
	}
	return bad;
}

int main(void)
{
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (area == MAP_FAILED)
		bail("cannot map 4 GB of address space");
	madvise(area, size, MADV_NOHUGEPAGE);
	is(look(area, 40503, 0, 1), 0,
	   "a million pages read as zeros when no two neighbours are touched in a row");
	is(look(area, 611953, 1, 2), 0, "a million scattered pages keep their values");
	return tap_done();
}
