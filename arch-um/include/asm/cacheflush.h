/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cacheflush.h - vmalloc ranges become visible here, caches need nothing
 */
#ifndef _ASM_UM_CACHEFLUSH_H
#define _ASM_UM_CACHEFLUSH_H

#include <linux/mm.h>

/*
 * The kernel's own page tables do not translate anything by themselves: a mapping
 * exists once vmap_range_sync() has told the host.
 */
void vmap_range_sync(unsigned long start, unsigned long end);

#define flush_cache_vmap(start, end)		vmap_range_sync(start, end)
#define flush_cache_vmap_early(start, end)	vmap_range_sync(start, end)
#define flush_cache_vunmap(start, end)		do { } while (0)

/* The kernel wrote a page that guests may see in another form (mm/sites.c). */
#define ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE 1
void sites_written(struct page *page);

static inline void flush_dcache_page(struct page *page)
{
	if (unlikely(test_bit(PG_arch_1, &page->flags)))
		sites_written(page);
}

#include <asm-generic/cacheflush.h>

#endif /* _ASM_UM_CACHEFLUSH_H */
