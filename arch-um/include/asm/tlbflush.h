/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tlbflush.h - flush the host mappings of a space, which act as its TLB
 */
#ifndef _ASM_UM_TLBFLUSH_H
#define _ASM_UM_TLBFLUSH_H

#include <linux/mm_types.h>
#include <asm/um_mirror.h>

/*
 * When one of these functions has returned, guest code can no longer reach the unmapped pages
 * (mm/mirror.c). On hardware, an instruction that invalidates TLB entries has the same effect.
 */
void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_all(void);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

static inline void flush_tlb_range(struct vm_area_struct *vma, unsigned long start,
				   unsigned long end)
{
	mirror_range_flush(vma->vm_mm, start, end);
}

static inline void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
	mirror_range_flush(vma->vm_mm, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

#endif /* _ASM_UM_TLBFLUSH_H */
