/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_walk.h - find the page table entry of an address
 *
 * For code in kernel/ and mm/ that reads page tables without their locks. The kernel has one
 * processor and is not preempted, so the tables do not change until the caller sleeps.
 */
#ifndef _ASM_UM_UM_WALK_H
#define _ASM_UM_UM_WALK_H

#include <linux/pgtable.h>
#include <asm/um_physmem.h>

/*
 * walk_entry - return the last-level entry of @addr, or NULL. *@size gets the size of the aligned
 * range around @addr to which the answer applies. The entry of a huge page has the same bits as
 * other entries (asm/pgtable.h) and is returned as a pte_t.
 */
static inline pte_t *walk_entry(struct mm_struct *mm, unsigned long addr, unsigned long *size)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	pud_t *pud;
	pmd_t *pmd;

	*size = PGDIR_SIZE;
	if (!(pgd_val(*pgd) & _PAGE_PRESENT))
		return NULL;
	*size = PUD_SIZE;
	pud = pud_offset(p4d_offset(pgd, addr), addr);
	if (!pud_present(*pud))
		return NULL;
	*size = PMD_SIZE;
	pmd = pmd_offset(pud, addr);
	if (!pmd_present(*pmd))
		return NULL;
	if (pmd_leaf(*pmd))
		return (pte_t *)pmd;
	*size = PAGE_SIZE;
	return pte_offset_kernel(pmd, addr);
}

/* walk_pte - like walk_entry(), but *@next gets the first address after the range. */
static inline pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, unsigned long *next)
{
	unsigned long size;
	pte_t *pte = walk_entry(mm, addr, &size);

	*next = ALIGN_DOWN(addr, size) + size;
	return pte;
}

/*
 * pte_in_ram - does the entry map a page of RAM? Spaces cannot map other pages, which are those of
 * the kernel image and those that a mapping of /dev/mem may name beyond RAM.
 */
static inline bool pte_in_ram(pte_t pte)
{
	phys_addr_t at = PFN_PHYS(pte_pfn(pte));

	return at >= um_image_size && at < um_ram_end - PAGE_OFFSET;
}

/* walk_outside_ram - does the page table entry of @addr name a page that no space can map? */
static inline bool walk_outside_ram(struct mm_struct *mm, unsigned long addr)
{
	unsigned long next;
	pte_t *pte = walk_pte(mm, addr, &next);

	return pte && pte_val(*pte) & _PAGE_PRESENT && !pte_in_ram(*pte);
}

/*
 * walk_guest_page - return the kernel address of guest address @addr, or NULL if the page tables do
 * not allow a read (or, with @write, a write) now. Marks the page as accessed (and dirty).
 */
static inline void *walk_guest_page(struct mm_struct *mm, unsigned long addr, bool write)
{
	unsigned long need = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_WRITE : 0);
	unsigned long used = _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0);
	unsigned long size;
	pte_t *pte;

	if (addr >= TASK_SIZE)
		return NULL;
	pte = walk_entry(mm, addr, &size);
	if (!pte || (pte_val(*pte) & need) != need || !pte_in_ram(*pte))
		return NULL;
	if ((pte_val(*pte) & used) != used)
		set_pte(pte, __pte((pte_val(*pte) | used) & ~_PAGE_MIRRORED));
	return __va(pte_val(*pte) & PAGE_MASK) + (addr & (size - 1));
}

#endif /* _ASM_UM_UM_WALK_H */
