// SPDX-License-Identifier: GPL-2.0-only
/*
 * kasan.c - start KASAN, and keep its shadow correct when vmalloc areas are freed (flavour debug)
 *
 * The shadow is one sparse host mapping that exists before the first instrumented instruction runs
 * (host/process/boot.c). The kernel's page tables do not describe this mapping. Because CONFIG_UML
 * is set, generic code only writes to the shadow where it would map shadow pages on other
 * architectures.
 *
 * Writing to the shadow is wrong in one case. Freed vmalloc areas are purged in batches: each area
 * releases its shadow (KASAN_VMALLOC_PAGE_RANGE), then a last call flushes the TLB from the start
 * of the first area to the end of the last. With CONFIG_UML this last call ignores its flags and
 * fills the shadow of everything in between. Between a module and a stack this is 2 TB, in which
 * KASAN then finds no errors. There is no TLB here, so the call is dropped: the linker redirects
 * kasan_release_vmalloc() to the wrapper below (arch-um/Makefile).
 *
 * setup_arch() calls kasan_init() once at boot. Generic vmalloc code calls the wrapper in task
 * context.
 */
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <asm/kasan.h>

#ifdef CONFIG_KASAN_VMALLOC
void __real_kasan_release_vmalloc(unsigned long start, unsigned long end,
				  unsigned long free_start, unsigned long free_end,
				  unsigned long flags);
void __wrap_kasan_release_vmalloc(unsigned long start, unsigned long end,
				  unsigned long free_start, unsigned long free_end,
				  unsigned long flags);

void __wrap_kasan_release_vmalloc(unsigned long start, unsigned long end,
				  unsigned long free_start, unsigned long free_end,
				  unsigned long flags)
{
	if (flags & KASAN_VMALLOC_PAGE_RANGE)
		__real_kasan_release_vmalloc(start, end, free_start, free_end, flags);
}
#endif

void __init kasan_init(void)
{
	init_task.kasan_depth = 0;
	pr_info("kasan: on, generic mode\n");
}
