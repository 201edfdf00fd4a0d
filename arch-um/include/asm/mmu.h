/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmu.h - define the data of an address space other than its page tables
 */
#ifndef _ASM_UM_MMU_H
#define _ASM_UM_MMU_H

struct host_space;
struct task_struct;

typedef struct um_mm_context {
	struct host_space *space;	/* host process, created with the mm (mm/mmspace.c) */
	struct task_struct *fp_owner;	/* whose FP state the space holds (kernel/fp.c) */
	unsigned long vdso;		/* address of the vDSO in this space */
} mm_context_t;

#define INIT_MM_CONTEXT(mm)

#endif /* _ASM_UM_MMU_H */
