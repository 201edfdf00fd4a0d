/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sites.h - pages of guest code whose hot system calls leave by a jump
 */
#ifndef UM_MM_SITES_H
#define UM_MM_SITES_H

#include <linux/mm.h>

/* Whether @page is shown to guests in another form; cheap. */
static inline bool sites_in(struct page *page)
{
	return test_bit(PG_arch_1, &page->flags);
}

/* sites_shown - the page that @mm is to see at @addr instead of @page, which has sites_in(). */
struct page *sites_shown(struct mm_struct *mm, unsigned long addr, struct page *page);

/* sites_written - @page, with sites_in(), gets or may get another content: show it as it is. */
void sites_written(struct page *page);

/* sites_passed - the current task trapped at @regs; often enough, and the site gets a jump. */
void sites_passed(struct pt_regs *regs);

/* sites_disable - show @mm all its pages as they are, from now on. */
void sites_disable(struct mm_struct *mm);

#endif /* UM_MM_SITES_H */
