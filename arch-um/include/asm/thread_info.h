/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread_info.h - define the kernel stack size, and flags to check before guest code runs again
 */
#ifndef _ASM_UM_THREAD_INFO_H
#define _ASM_UM_THREAD_INFO_H

#include <linux/bits.h>
#include <asm/page.h>

/*
 * 32 KB: the host puts its signal frames on kernel stacks. A frame holds the vector registers and
 * takes up to 3.5 KB with AVX-512. Interrupts nest at most twice (kernel/irq.c).
 */
#define THREAD_SIZE_ORDER	3
#define THREAD_SIZE		(PAGE_SIZE << THREAD_SIZE_ORDER)

#ifndef __ASSEMBLY__
struct thread_info {
	unsigned long flags;		/* TIF_* */
	unsigned long syscall_work;	/* SYSCALL_WORK_* */
	int preempt_count;		/* 0: another task may be scheduled */
};

#define INIT_THREAD_INFO(task)	{ .flags = 0, .preempt_count = INIT_PREEMPT_COUNT }

int arch_dup_task_struct(struct task_struct *to, struct task_struct *from);
#endif

/* Bit numbers of thread_info.flags. */
#define TIF_NEED_RESCHED	0
#define TIF_SIGPENDING		1
#define TIF_NOTIFY_SIGNAL	2
#define TIF_NOTIFY_RESUME	3
#define TIF_SINGLESTEP		4	/* run guest code one instruction at a time */
#define TIF_MEMDIE		5
#define TIF_PATCH_PENDING	6
#define TIF_UPROBE		7
#define TIF_POLLING_NRFLAG	8

#define _TIF_NEED_RESCHED	BIT(TIF_NEED_RESCHED)
#define _TIF_SIGPENDING		BIT(TIF_SIGPENDING)
#define _TIF_NOTIFY_SIGNAL	BIT(TIF_NOTIFY_SIGNAL)
#define _TIF_NOTIFY_RESUME	BIT(TIF_NOTIFY_RESUME)
#define _TIF_SINGLESTEP		BIT(TIF_SINGLESTEP)
#define _TIF_PATCH_PENDING	BIT(TIF_PATCH_PENDING)
#define _TIF_UPROBE		BIT(TIF_UPROBE)
#define _TIF_POLLING_NRFLAG	BIT(TIF_POLLING_NRFLAG)

#endif /* _ASM_UM_THREAD_INFO_H */
