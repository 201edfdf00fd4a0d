// SPDX-License-Identifier: GPL-2.0-only
/*
 * zero.c - empty pages for guests
 *
 * RAM that the host has not given us yet, or has back (reporting.c), reads as zero. To write
 * zeroes into it would make the host find a page, clear it, and have it cleared again. So the
 * host is asked before a large folio is cleared; for a single page asking costs as much as it
 * saves.
 *
 * Generic code clears a folio page by page, in an order of its own; the host is asked once. The
 * answer holds until any page is allocated: whoever clears a folio has allocated it before,
 * so an answer from before that is out of date by then, and in between nobody but its
 * owner, who is clearing it, can have written to it. Reserved huge pages (hugetlb) are handed
 * on without an allocation, so they are always cleared.
 */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <asm/um_physmem.h>
#include <um/host.h>

static struct {
	struct folio *folio;
	unsigned long allocations;	/* when the host was asked */
	bool zero;			/* what it said */
} asked;

static bool folio_is_zero(struct folio *folio)
{
	unsigned long allocations = __this_cpu_read(vm_event_states.event[PGALLOC_NORMAL]) +
				    __this_cpu_read(vm_event_states.event[PGALLOC_MOVABLE]);

	if (asked.folio != folio || asked.allocations != allocations) {
		asked.folio = folio;
		asked.allocations = allocations;
		asked.zero = host_ram_is_zero(page_to_phys(&folio->page) - um_image_size,
					      folio_size(folio));
	}
	return asked.zero;
}

void clear_user_page(void *addr, unsigned long vaddr, struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!folio_test_large(folio) || folio_test_hugetlb(folio) || !folio_is_zero(folio))
		clear_page(addr);
}
EXPORT_SYMBOL(clear_user_page);
