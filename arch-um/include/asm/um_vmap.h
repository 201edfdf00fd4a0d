/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_vmap.h - make the vmalloc and module mappings of the kernel process
 *
 * Implemented in mm/vmap.c. Used by generic code through flush_cache_vmap()
 * (asm/cacheflush.h) and by kernel/debug/oops.c.
 */
#ifndef _ASM_UM_UM_VMAP_H
#define _ASM_UM_UM_VMAP_H

#include <linux/types.h>

/* vmap_range_sync - make the host mappings of [@start, @end) equal to init_mm's page tables. */
void vmap_range_sync(unsigned long start, unsigned long end);

/* vmap_fault - map @addr, where the kernel faulted, if init_mm has a page there. True: retry. */
bool vmap_fault(unsigned long addr);

#endif /* _ASM_UM_UM_VMAP_H */
