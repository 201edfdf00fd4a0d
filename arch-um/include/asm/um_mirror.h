/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_mirror.h - make the host mappings of a space from the guest's page tables
 *
 * Implemented in mm/mirror.c. Used by mm/, the run loop (kernel/guest.c), and by generic code
 * through flush_tlb_*() (asm/tlbflush.h).
 */
#ifndef _ASM_UM_UM_MIRROR_H
#define _ASM_UM_UM_MIRROR_H

struct mm_struct;
struct pt_regs;

/* mirror_range_flush - unmap the pages of [@start, @end) whose page table entries changed. */
void mirror_range_flush(struct mm_struct *mm, unsigned long start, unsigned long end);

/* mirror_fill - queue host mappings for @addr and its neighbours, as the page tables allow. */
void mirror_fill(struct mm_struct *mm, unsigned long addr);

/* mirror_start - queue the mappings that a task needs first to continue at @regs. */
void mirror_start(struct mm_struct *mm, struct pt_regs *regs);

#endif /* _ASM_UM_UM_MIRROR_H */
