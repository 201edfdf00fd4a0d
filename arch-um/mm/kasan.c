// SPDX-License-Identifier: GPL-2.0-only
/*
 * kasan.c - what this port does for KASAN
 *
 * The shadow is one sparse mapping of the host (host/boot.c): it is there before the first
 * instruction that looks at it, and has no page tables of ours. The generic code knows this of
 * CONFIG_UML and writes shadow where others map it.
 *
 * With one exception. Freed areas of vmalloc are purged in batches: each gives its shadow back
 * (KASAN_VMALLOC_PAGE_RANGE), then one call flushes the TLB from the first to the last of the batch. With
 * CONFIG_UML that call does not look at its flags and fills all shadow between the two: of a
 * module and a stack 2 TB, and whatever lies between them is no longer watched. There is no TLB
 * here, so that call is left out: the linker leads kasan_release_vmalloc() to us (arch Makefile).
 */
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <asm/kasan.h>

#ifdef CONFIG_KASAN_VMALLOC
void __real_kasan_release_vmalloc(unsigned long start, unsigned long end, unsigned long free_region_start,
				  unsigned long free_region_end, unsigned long flags);
void __wrap_kasan_release_vmalloc(unsigned long start, unsigned long end, unsigned long free_region_start,
				  unsigned long free_region_end, unsigned long flags);

void __wrap_kasan_release_vmalloc(unsigned long start, unsigned long end, unsigned long free_region_start,
				  unsigned long free_region_end, unsigned long flags)
{
	if (flags & KASAN_VMALLOC_PAGE_RANGE)
		__real_kasan_release_vmalloc(start, end, free_region_start, free_region_end, flags);
}
#endif

void __init kasan_init(void)
{
	init_task.kasan_depth = 0;
	pr_info("kasan: on, of the generic kind\n");
}
