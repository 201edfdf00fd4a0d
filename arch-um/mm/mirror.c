// SPDX-License-Identifier: GPL-2.0-only
/*
 * mirror.c - keep the host mappings equal to the guest's page tables
 *
 * Theory of operation
 *
 * The host mappings of a space are a TLB over the guest's page tables: any of them may be
 * missing, none may allow more than the page table entry does. Two moments matter:
 *
 *   flush    Generic code changed entries and calls flush_tlb_*(). The range is queued
 *            as an unmap; the host carries it out before guest code of this space runs
 *            again (host_space_unmap()). As no guest code runs while the kernel does,
 *            nothing can use a stale mapping in between.
 *   fill     Guest code touched an address without a mapping. After the entry was made
 *            good (fault.c), the entries around it are mapped as well, neighbours with
 *            consecutive pages and equal rights as one host mapping.
 *
 * Rights: an entry that is not ACCESSED is not mapped, one that is not DIRTY is mapped
 * read-only; so the host's faults maintain both bits.
 *
 * Runs in task context of a task of the mm, or wherever flush_tlb_*() is called.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/tlbflush.h>
#include <um/host.h>
#include "../kernel/kernel_internal.h"

/*
 * Pages looked at around a fault: an aligned window. One page per host mmap costs 5 us,
 * a page more in the same run 0.3 us.
 */
#define FILL_WINDOW	(64 * PAGE_SIZE)

void mirror_range_drop(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (mm->context.space && start < TASK_SIZE)
		host_space_unmap(mm->context.space, start, min(end, TASK_SIZE) - start);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	mirror_range_drop(mm, 0, TASK_SIZE);
}

void flush_tlb_all(void)
{
	/* Called for kernel mappings only; guests' are flushed by mm. */
	flush_tlb_kernel_range(VMALLOC_START, VMALLOC_END);
}

/* What the host mapping of @pte may allow; 0: none. */
static int pte_rights(pte_t pte)
{
	unsigned long value = pte_val(pte);
	int rights = HOST_READ;

	if (!(value & _PAGE_PRESENT) || !(value & _PAGE_ACCESSED) ||
	    PFN_PHYS(pte_pfn(pte)) < um_image_size)
		return 0;
	if ((value & (_PAGE_WRITE | _PAGE_DIRTY)) == (_PAGE_WRITE | _PAGE_DIRTY))
		rights |= HOST_WRITE;
	if (value & _PAGE_EXEC)
		rights |= HOST_EXEC;
	return rights;
}

struct run {
	unsigned long start, size;
	u64 offset;
	int rights;
};

static void run_flush(struct mm_struct *mm, struct run *run)
{
	if (run->size)
		host_space_map(mm->context.space, run->start, run->offset, run->size, run->rights);
	run->size = 0;
}

static void run_add(struct mm_struct *mm, struct run *run, unsigned long addr, pte_t pte)
{
	int rights = pte_rights(pte);
	u64 offset = PFN_PHYS(pte_pfn(pte)) - um_image_size;

	if (run->size && rights == run->rights && run->start + run->size == addr &&
	    run->offset + run->size == offset) {
		run->size += PAGE_SIZE;
		return;
	}
	run_flush(mm, run);
	if (rights)
		*run = (struct run) { addr, PAGE_SIZE, offset, rights };
}

void mirror_fill(struct mm_struct *mm, unsigned long addr)
{
	unsigned long start = ALIGN_DOWN(addr, FILL_WINDOW);
	unsigned long end = min(start + FILL_WINDOW, TASK_SIZE);
	struct run run = {};
	spinlock_t *lock;
	pmd_t *pmd;
	pte_t *table, *pte;

	pmd = pmd_off(mm, addr);
	if (!pmd || pmd_none(*pmd))
		return;
	table = pte_offset_map_lock(mm, pmd, start, &lock);
	if (!table)
		return;
	for (pte = table; start < end; pte++, start += PAGE_SIZE)
		run_add(mm, &run, start, ptep_get(pte));
	run_flush(mm, &run);
	pte_unmap_unlock(table, lock);
}
