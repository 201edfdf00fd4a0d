// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmap.c - map vmalloc areas and modules in the kernel process
 *
 * Generic code writes init_mm's page tables, and the kernel process needs the same mappings from
 * the host. After generic code has made entries, it calls flush_cache_vmap(), which maps them.
 * After it has removed entries, it calls flush_tlb_kernel_range(), which unmaps the range. Generic
 * code makes some entries without a call: kernel code then faults there, and oops.c calls
 * vmap_fault().
 *
 * All calls come in task context, except vmap_fault(), which runs in the host's exception handler
 * with interrupts off.
 */
#include <asm/um_vmap.h>

#include <linux/execmem.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/cacheflush.h>
#include <asm/tlbflush.h>
#include <asm/um_physmem.h>
#include <asm/um_walk.h>
#include <um/host.h>

static bool kernel_range(unsigned long addr)
{
	return (addr >= VMALLOC_START && addr < VMALLOC_END) ||
	       (addr >= MODULES_VADDR && addr < MODULES_END);
}

/* A run of neighbouring pages that are all present, or all absent. */
struct vmap_run {
	unsigned long start, end;
	u64 offset;
	bool present;
};

static void run_apply(const struct vmap_run *run, bool map)
{
	size_t size = run->end - run->start;

	if (!size)
		return;
	if (!run->present)
		host_mem_unmap((void *)run->start, size);
	else if (map && host_ram_map((void *)run->start, run->offset, size,
				     HOST_READ | HOST_WRITE | HOST_EXEC))
		panic("vmalloc: host refuses to map %zu bytes at %lx", size, run->start);
}

static void range_walk(unsigned long start, unsigned long end, bool map)
{
	struct vmap_run run = { start, start };
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		pte_t *pte = walk_pte(&init_mm, addr, &next);
		bool present = pte && (pte_val(*pte) & _PAGE_PRESENT);
		u64 offset = present ? PFN_PHYS(pte_pfn(*pte)) - um_image_size : 0;

		next = min(next, end);
		if (run.present != present ||
		    (present && run.offset + (addr - run.start) != offset)) {
			run_apply(&run, map);
			run = (struct vmap_run) { addr, addr, offset, present };
		}
		run.end = next;
	}
	run_apply(&run, map);
}

void vmap_range_sync(unsigned long start, unsigned long end)
{
	range_walk(PAGE_ALIGN_DOWN(start), PAGE_ALIGN(end), true);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	/* One call may cover both ranges, and the image and RAM between them. */
	range_walk(max(PAGE_ALIGN_DOWN(start), VMALLOC_START),
		   min(PAGE_ALIGN(end), VMALLOC_END), false);
	range_walk(max(PAGE_ALIGN_DOWN(start), (unsigned long)MODULES_VADDR),
		   min(PAGE_ALIGN(end), (unsigned long)MODULES_END), false);
}

bool vmap_fault(unsigned long addr)
{
	unsigned long next;
	pte_t *pte;

	if (!kernel_range(addr))
		return false;
	pte = walk_pte(&init_mm, addr, &next);
	if (!pte || !(pte_val(*pte) & _PAGE_PRESENT))
		return false;
	vmap_range_sync(addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
	return true;
}

#ifdef CONFIG_EXECMEM
static struct execmem_info execmem_info __ro_after_init;

struct execmem_info __init *execmem_arch_setup(void)
{
	/* Modules must be below 2 GB: they use 32-bit relocations against the image. */
	execmem_info.ranges[EXECMEM_DEFAULT] = (struct execmem_range) {
		.alignment = 1, .pgprot = PAGE_KERNEL_EXEC,
		.start = MODULES_VADDR, .end = MODULES_END,
	};
	return &execmem_info;
}
#endif
