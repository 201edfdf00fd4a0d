/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_sites.h - let frequent system calls leave guest code by a jump instead of a trap
 *
 * Implemented in mm/sites.c, which explains the idea. Used by mm/, the run loop
 * (kernel/guest.c), and by generic code through flush_dcache_page() (asm/cacheflush.h).
 */
#ifndef _ASM_UM_UM_SITES_H
#define _ASM_UM_UM_SITES_H

#include <linux/mm_types.h>
#include <linux/page-flags.h>

struct pt_regs;

/* sites_in - do guests see a patched copy of @page? Cheap. */
static inline bool sites_in(struct page *page)
{
	return test_bit(PG_arch_1, &page->flags);
}

/* sites_shown - return the page to map in @mm at @addr for @page; sites_in(@page) is true. */
struct page *sites_shown(struct mm_struct *mm, unsigned long addr, struct page *page);

/* sites_written - show @page itself from now on, because its contents may change. */
void sites_written(struct page *page);

/* sites_passed - note a system call that trapped at @regs; a frequent site gets a jump. */
void sites_passed(struct pt_regs *regs);

/* sites_disable - show @mm no patched pages from now on. */
void sites_disable(struct mm_struct *mm);

#endif /* _ASM_UM_UM_SITES_H */
