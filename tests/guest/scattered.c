// SPDX-License-Identifier: GPL-2.0-only
/*
 * scattered.c - 4 GB in single pages, touched in an order without neighbours
 *
 * Far more separate pieces than the host allows mappings in one process (vm.max_map_count): what
 * has no room there has to be dropped and found again. Each page holds its own number.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "tap.h"

enum { PAGE = 4096 };
static const size_t size = 4UL << 30;

/* The @i-th page of an order that visits each of 2^20 pages once. */
static size_t page_of(size_t i, size_t stride)
{
	return i * stride % (size / PAGE);
}

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
		bail("4 GB of address space");
	madvise(area, size, MADV_NOHUGEPAGE);
	is(look(area, 40503, 0, 1), 0,
	   "a million single pages are empty at first, in an order without neighbours");
	is(look(area, 611953, 1, 2), 0, "they hold their values, in another order");
	return tap_done();
}
