// SPDX-License-Identifier: GPL-2.0-only
/*
 * paging.c - set up zones and the zero page, allocate top-level page tables, define protections
 *
 * setup_arch() calls paging_setup() once at boot; generic memory management calls the rest in task
 * context.
 */
#include <asm/um_paging.h>

#include <linux/init.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/task.h>
#include <asm/pgalloc.h>
#include <asm/sections.h>
#include <um/host.h>

pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(PAGE_SIZE);

/* The zero page is in RAM, because guests map it and pages of the image cannot be mapped. */
void *empty_zero_page;
EXPORT_SYMBOL(empty_zero_page);

void __init mem_init(void)
{
	memblock_free_all();
}

/*
 * Pages of the image are not RAM (physmem.c) and cannot join the free lists. Unmodified ones are
 * pages of the program file, which the host drops when it needs memory.
 */
void free_initmem(void)
{
}

void __init paging_setup(void)
{
	unsigned long zones[MAX_NR_ZONES] = {};

	empty_zero_page = memblock_alloc(PAGE_SIZE, PAGE_SIZE);
	if (!empty_zero_page)
		panic("no memory for the zero page");
	zones[ZONE_NORMAL] = (um_ram_end - PAGE_OFFSET) >> PAGE_SHIFT;
	max_pfn = max_low_pfn = zones[ZONE_NORMAL];
	set_max_mapnr(max_pfn);
	min_low_pfn = 0;
	high_memory = (void *)um_ram_end;
	free_area_init(zones);
}

pgd_t *pgd_alloc(struct mm_struct *mm)
{
	/* A guest's tables never translate kernel addresses: there is nothing to copy. */
	return (pgd_t *)__get_free_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

static pgprot_t protection_map[16] __ro_after_init = {
	[VM_NONE]					= PAGE_NONE,
	[VM_READ]					= PAGE_READONLY,
	[VM_WRITE]					= PAGE_READONLY,
	[VM_WRITE | VM_READ]				= PAGE_READONLY,
	[VM_EXEC]					= PAGE_READONLY_EXEC,
	[VM_EXEC | VM_READ]				= PAGE_READONLY_EXEC,
	[VM_EXEC | VM_WRITE]				= PAGE_READONLY_EXEC,
	[VM_EXEC | VM_WRITE | VM_READ]			= PAGE_READONLY_EXEC,
	[VM_SHARED]					= PAGE_NONE,
	[VM_SHARED | VM_READ]				= PAGE_READONLY,
	[VM_SHARED | VM_WRITE]				= PAGE_SHARED,
	[VM_SHARED | VM_WRITE | VM_READ]		= PAGE_SHARED,
	[VM_SHARED | VM_EXEC]				= PAGE_READONLY_EXEC,
	[VM_SHARED | VM_EXEC | VM_READ]			= PAGE_READONLY_EXEC,
	[VM_SHARED | VM_EXEC | VM_WRITE]		= PAGE_SHARED_EXEC,
	[VM_SHARED | VM_EXEC | VM_WRITE | VM_READ]	= PAGE_SHARED_EXEC,
};
DECLARE_VM_GET_PAGE_PROT
