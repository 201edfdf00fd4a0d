/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cacheflush.h - define hooks that generic code calls after changing vmalloc mappings or pages
 */
#ifndef _ASM_UM_CACHEFLUSH_H
#define _ASM_UM_CACHEFLUSH_H

#include <linux/mm.h>
#include <asm/um_sites.h>
#include <asm/um_vmap.h>

/*
 * No hardware reads the kernel's own page tables: a mapping exists only after
 * vmap_range_sync() has made it on the host.
 */
#define flush_cache_vmap(start, end)		vmap_range_sync(start, end)
#define flush_cache_vmap_early(start, end)	vmap_range_sync(start, end)
#define flush_cache_vunmap(start, end)		do { } while (0)

/* The kernel writes to @page: drop the patched copy that guests may see instead (mm/sites.c). */
#define ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE 1
static inline void flush_dcache_page(struct page *page)
{
	if (unlikely(sites_in(page)))
		sites_written(page);
}

#include <asm-generic/cacheflush.h>

#endif /* _ASM_UM_CACHEFLUSH_H */
