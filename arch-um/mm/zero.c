// SPDX-License-Identifier: GPL-2.0-only
/*
 * zero.c - clear pages for guests, unless the host knows that they are zero
 *
 * Generic fault code calls clear_user_page() in task context. RAM that has never been touched, or
 * has been returned to the host (reporting.c), reads as zero. Writing zeros to such RAM would make
 * the host clear a page that the guest then clears again. So ask the host before clearing a large
 * folio. For a single page the question costs as much as it saves.
 *
 * Generic code clears a folio page by page, in any order, but the host is asked only once. The
 * answer is valid until the next page allocation. A folio is allocated before it is cleared, so the
 * allocation discards every answer about the folio's former use. Then only the folio's owner, who
 * is clearing it, can write to the folio. Reserved huge pages (hugetlb) are reused without an
 * allocation, so they are always cleared.
 */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <asm/um_physmem.h>
#include <um/host.h>

static struct {
	struct folio *folio;
	unsigned long allocations;	/* count of allocations when the host was asked */
	bool zero;			/* the answer */
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
