/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu_context.h - create, destroy and switch address spaces
 */
#ifndef _ASM_UM_MMU_CONTEXT_H
#define _ASM_UM_MMU_CONTEXT_H

#include <linux/mm_types.h>

int init_new_context(struct task_struct *task, struct mm_struct *mm);
#define init_new_context init_new_context
void destroy_context(struct mm_struct *mm);
#define destroy_context destroy_context

/* Does nothing: the run loop (kernel/guest.c) chooses the space each time guest code runs. */
static inline void switch_mm(struct mm_struct *prev, struct mm_struct *next,
			     struct task_struct *task)
{
}

#include <asm/mm_hooks.h>
#include <asm-generic/mmu_context.h>

#endif /* _ASM_UM_MMU_CONTEXT_H */
