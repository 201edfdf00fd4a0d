/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * processor.h - define the data of a task other than its kernel stack
 */
#ifndef _ASM_UM_PROCESSOR_H
#define _ASM_UM_PROCESSOR_H

#include <asm/ptrace.h>
#include <asm/page.h>
#include <um/layout.h>
#include <uapi/asm/processor-flags.h>

#define TASK_SIZE		UM_TASK_SIZE
#define TASK_SIZE_MAX		TASK_SIZE
#define STACK_TOP		TASK_SIZE
#define STACK_TOP_MAX		STACK_TOP
#define TASK_UNMAPPED_BASE	PAGE_ALIGN(TASK_SIZE / 3)

#ifndef __ASSEMBLY__
#include <linux/cache.h>
#include <vdso/processor.h>

struct task_struct;
struct um_mm_context;

/*
 * @fp holds the task's FP state. While @fp_context is set, @fp may be out of date: the host process
 * of this address space has the state in its registers (kernel/fp.c). The general registers of
 * guest code lie at the top of the kernel stack.
 */
struct thread_struct {
	unsigned long sp;		/* kernel stack pointer while switched out */
	void *fp;			/* host_fp_size() bytes, NULL for kernel threads */
	struct um_mm_context *fp_context;
	unsigned long trap_nr, error_code, cr2;	/* last fault, for signal frames */
	unsigned long debug_addr[4], debug_control, debug_status;
};

#define INIT_THREAD	{ .sp = 0 }

struct cpuinfo_um {
	unsigned long loops_per_jiffy;
	int cache_alignment;
};
extern struct cpuinfo_um boot_cpu_data;

#define cpu_data(cpu)		boot_cpu_data
#define current_cpu_data	boot_cpu_data
#define cache_line_size()	(boot_cpu_data.cache_alignment)

#define task_pt_regs(task) \
	((struct pt_regs *)((char *)task_stack_page(task) + THREAD_SIZE) - 1)
#define current_pt_regs()	task_pt_regs(current)

#define KSTK_EIP(task)		(task_pt_regs(task)->ip)
#define KSTK_ESP(task)		(task_pt_regs(task)->sp)

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp);
unsigned long __get_wchan(struct task_struct *task);

#define ARCH_HAS_PREFETCH
#define ARCH_HAS_PREFETCHW

static inline void prefetch(const void *addr)
{
	__builtin_prefetch(addr, 0);
}

static inline void prefetchw(const void *addr)
{
	__builtin_prefetch(addr, 1);
}

register unsigned long current_stack_pointer asm("rsp");
#endif

#endif /* _ASM_UM_PROCESSOR_H */
