/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_sites.h - pages of guest code whose hot system calls leave by a jump
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

/* sites_shown - the page that @mm must see at @addr instead of @page, which has sites_in(). */
struct page *sites_shown(struct mm_struct *mm, unsigned long addr, struct page *page);

/* sites_written - the contents of @page may change: show the page itself from now on. */
void sites_written(struct page *page);

/* sites_passed - current made a system call by a trap at @regs; a frequent site gets a jump. */
void sites_passed(struct pt_regs *regs);

/* sites_disable - from now on show @mm no patched page. */
void sites_disable(struct mm_struct *mm);

#endif /* _ASM_UM_UM_SITES_H */
