// SPDX-License-Identifier: GPL-2.0-only
/*
 * mirror.c - keep the host mappings of a space equal to the guest's page tables
 *
 * Generic code calls flush_tlb_*() in task context, wherever it changes page tables. fault.c and
 * ahead.c call mirror_fill(), and the run loop (kernel/guest.c) calls mirror_start(), also in task
 * context. On this side of um/host.h, only this file calls host_space_map(), and only this file
 * and sites.c call host_space_unmap().
 *
 * Theory of operation
 *
 * The host mappings of a space act as a TLB for the guest's page tables: a mapping may be missing,
 * but it never allows more than the page table entry does. Two moments matter:
 *
 *   flush    Generic code changed entries and calls flush_tlb_*(). Queue one unmap for each run of
 *            neighbouring entries that are gone or different. Mapping the changed pages again here
 *            would cost a host call for each page, and most are never used (fork before exec).
 *            host_space_sync() has the unmap carried out before the flush returns, unless guest
 *            code of the space cannot run before the next batch. So nothing uses a stale mapping.
 *   fill     Guest code touched an address without a mapping. Once the entry allows the access
 *            (fault.c), map the page and its neighbours. Neighbours with consecutive pages and
 *            equal rights become one host mapping. A huge page is one entry and one mapping.
 *
 * Invariant: an entry with MIRRORED set has not changed since its mapping was queued, so the host
 * mapping of this page is right or missing. Every change of an entry clears the bit
 * (asm/pgtable.h), so a flush touches only what changed. The bit does not mean that the mapping
 * exists: the host side may have dropped all mappings (host/guest/spaces.c). The page that a fault
 * asks for is therefore mapped regardless of its bit.
 *
 * Rights: an entry without ACCESSED is not mapped, and one without DIRTY is mapped read-only, so
 * faults maintain both bits. Pages that are mapped around a fault count as accessed.
 */
#include <asm/um_mirror.h>

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/tlbflush.h>
#include <asm/um_physmem.h>
#include <asm/um_sites.h>
#include <asm/um_walk.h>
#include <um/host.h>

/*
 * A fault fills an aligned window around its page. A host mmap costs at least 2 us, a further page
 * in the same run 0.3 us, and a fault 10 us. So if the pages of a window are so scattered that they
 * take more than RUNS_MAX mappings, a smaller window is filled.
 */
#define FILL_WINDOW	(64 * PAGE_SIZE)
#define FILL_WINDOW_MIN	(4 * PAGE_SIZE)
#define RUNS_MAX	6

struct run {
	unsigned long start, size;
	u64 offset;
	int rights;		/* 0: unmap the range */
};

/* Returns the rights that the host mapping of @pte must have; 0: no mapping. */
static int pte_rights(pte_t pte)
{
	unsigned long value = pte_val(pte);
	int rights = HOST_READ;

	if (!(value & _PAGE_PRESENT) || !(value & _PAGE_ACCESSED) || !pte_in_ram(pte))
		return 0;
	if ((value & (_PAGE_WRITE | _PAGE_DIRTY)) == (_PAGE_WRITE | _PAGE_DIRTY))
		rights |= HOST_WRITE;
	if (value & _PAGE_EXEC)
		rights |= HOST_EXEC;
	return rights;
}

static void run_end(struct mm_struct *mm, struct run *run)
{
	if (run->size && run->rights)
		host_space_map(mm->context.space, run->start, run->offset, run->size, run->rights);
	else if (run->size)
		host_space_unmap(mm->context.space, run->start, run->size);
	run->size = 0;
}

/* Add [@addr, @addr+@size) with @rights to the run. @offset: place in RAM, if @rights != 0. */
static void run_add(struct mm_struct *mm, struct run *run, unsigned long addr,
		    unsigned long size, int rights, u64 offset)
{
	if (run->size && rights == run->rights && run->start + run->size == addr &&
	    (!rights || run->offset + run->size == offset)) {
		run->size += size;
		return;
	}
	run_end(mm, run);
	*run = (struct run) { addr, size, offset, rights };
}

/* Returns the page to map at @addr: @pfn itself, or its patched copy (sites.c). */
static unsigned long page_shown(struct mm_struct *mm, unsigned long addr, unsigned long pfn,
				int rights)
{
	struct page *page = pfn_to_page(pfn);

	if (likely(!sites_in(page)))
		return pfn;
	if (rights & HOST_WRITE)
		sites_written(page);
	else if (rights & HOST_EXEC)
		return page_to_pfn(sites_shown(mm, addr, page));
	return pfn;
}

/* Add the entry of [@addr, @addr+@size) to the run and mark it MIRRORED. */
static void run_add_entry(struct mm_struct *mm, struct run *run, unsigned long addr,
			  unsigned long size, pte_t *pte)
{
	unsigned long pfn = pte_pfn(*pte), i;
	int rights = pte_rights(*pte);

	if (!rights)
		return;
	/* The guest maps something at the addresses to which patched call sites jump. */
	if (unlikely(addr < UM_SITES + UM_SITES_SIZE && addr + size > UM_SITES)) {
		run_end(mm, run);
		sites_disable(mm);
	}
	set_pte(pte, __pte(pte_val(*pte) | _PAGE_MIRRORED));
	/* page_shown() may free a patched copy: queue its mapping first, so that it is unmapped. */
	if (size == PAGE_SIZE && unlikely(sites_in(pte_page(*pte))))
		run_end(mm, run);
	if (size == PAGE_SIZE)
		pfn = page_shown(mm, addr, pfn, rights);
	else if (rights & HOST_WRITE && !PageAnon(pfn_to_page(pfn)))
		for (i = 0; i < size / PAGE_SIZE; i++)
			page_shown(mm, addr, pfn + i, rights);
	run_add(mm, run, addr, size, rights, PFN_PHYS(pfn) - um_image_size);
}

void mirror_range_flush(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct run run = {};
	unsigned long next;
	pte_t *pte;

	if (!mm->context.space)
		return;
	end = min(end, TASK_SIZE);
	/* The address space is being destroyed: unmap everything at once. */
	if (!atomic_read(&mm->mm_users)) {
		host_space_unmap(mm->context.space, 0, TASK_SIZE);
		start = end;
	}
	for (; start < end; start = next) {
		pte = walk_pte(mm, start, &next);
		next = min(next, end);
		if (pte && pte_val(*pte) & _PAGE_PRESENT && pte_val(*pte) & _PAGE_MIRRORED)
			run_end(mm, &run);
		else
			run_add(mm, &run, start, next - start, 0, 0);
	}
	run_end(mm, &run);
	host_space_sync(mm->context.space);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	mirror_range_flush(mm, 0, TASK_SIZE);
}

void flush_tlb_all(void)
{
	/* Generic code calls this for kernel mappings only. It flushes guest mappings by mm. */
	flush_tlb_kernel_range(VMALLOC_START, VMALLOC_END);
}

/* Must mirror_fill() map this entry? @asked: the entry's page is the one that faulted. */
static bool fill_wants(pte_t pte, bool asked)
{
	return pte_val(pte) & _PAGE_PRESENT && (asked || !(pte_val(pte) & _PAGE_MIRRORED));
}

/* Returns how many host mappings a window of @nr entries needs, ignoring differences in rights. */
static unsigned int fill_runs(const pte_t *pte, unsigned int nr, unsigned int asked)
{
	unsigned int runs = 0, i;
	bool joined = false;

	for (i = 0; i < nr; i++) {
		if (!fill_wants(pte[i], i == asked)) {
			joined = false;
			continue;
		}
		if (!joined || pte_pfn(pte[i]) != pte_pfn(pte[i - 1]) + 1)
			runs++;
		joined = true;
	}
	return runs;
}

void mirror_fill(struct mm_struct *mm, unsigned long addr)
{
	unsigned long size, window, at;
	pte_t *pte = walk_entry(mm, addr, &size);
	unsigned int nr, asked, i;
	struct run run = {};

	if (!pte)
		return;
	/* A window lies within one table, so its entries are consecutive in memory. */
	for (window = max(size, FILL_WINDOW); ; window /= 4) {
		at = ALIGN_DOWN(addr, window);
		asked = (addr - at) / size;
		nr = min(window, TASK_SIZE - at) / size;
		if (window <= max(size, FILL_WINDOW_MIN) ||
		    fill_runs(pte - asked, nr, asked) <= RUNS_MAX)
			break;
	}
	pte -= asked;
	for (i = 0; i < nr; i++, at += size) {
		if (!fill_wants(pte[i], i == asked)) {
			run_end(mm, &run);
			continue;
		}
		set_pte(&pte[i], __pte(pte_val(pte[i]) | _PAGE_ACCESSED));
		run_add_entry(mm, &run, at, size, &pte[i]);
	}
	run_end(mm, &run);
}

void mirror_start(struct mm_struct *mm, struct pt_regs *regs)
{
	const unsigned long used[] = { regs->ip, regs->sp, regs->fs_base };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(used); i++)
		if (used[i] < TASK_SIZE)
			mirror_fill(mm, used[i]);
}
