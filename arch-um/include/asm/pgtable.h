/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pgtable.h - define the page tables, from which mm/mirror.c makes host mappings
 */
#ifndef _ASM_UM_PGTABLE_H
#define _ASM_UM_PGTABLE_H

#include <asm/page.h>
#include <um/layout.h>

/*
 * Four levels of 512 entries cover 48 bits of address. No hardware reads the tables, so the
 * port chooses the bits:
 *
 *   bit 0     PRESENT     entry maps a page or points to a table
 *   bit 1     WRITE       guest may write (on the host only if DIRTY is set as well)
 *   bit 2     USER        page of a guest address space
 *   bit 3     EXEC        guest may execute
 *   bit 5     ACCESSED    used since last cleared; otherwise not mapped on the host
 *   bit 6     DIRTY       written since last cleared; otherwise mapped read-only on the host
 *   bit 7     TABLE       points to a lower table
 *   bit 8     PROTNONE    with PRESENT clear: there is a page, but no access is allowed
 *   bit 9     SPECIAL     generic code must not use the struct page of this page
 *   bit 10    MIRRORED    the space knows this entry as it is now (mm/mirror.c)
 *   bits 12+  frame number
 *
 * Swap entry: PRESENT and PROTNONE clear, bit 2 = exclusive, bits 3-7 type,
 * bits 12+ offset.
 *
 * A huge page (2 MB) is an entry one level up with the same bits, marked as such by a clear TABLE
 * bit. Its frame number is a multiple of 512.
 */
#define _PAGE_PRESENT	(1UL << 0)
#define _PAGE_WRITE	(1UL << 1)
#define _PAGE_USER	(1UL << 2)
#define _PAGE_EXEC	(1UL << 3)
#define _PAGE_ACCESSED	(1UL << 5)
#define _PAGE_DIRTY	(1UL << 6)
#define _PAGE_IS_TABLE	(1UL << 7)
#define _PAGE_PROTNONE	(1UL << 8)
#define _PAGE_SPECIAL	(1UL << 9)
#define _PAGE_MIRRORED	(1UL << 10)

#define _PAGE_SWP_EXCLUSIVE	_PAGE_USER

#define _PAGE_TABLE	(_PAGE_PRESENT | _PAGE_IS_TABLE | _PAGE_ACCESSED)
#define _PAGE_FLAGS	((1UL << PAGE_SHIFT) - 1)
#define _PAGE_CHG_MASK	(~_PAGE_FLAGS | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL)

#define PTRS_PER_PTE	512
#define PTRS_PER_PMD	512
#define PTRS_PER_PUD	512
#define PTRS_PER_PGD	512

#define PMD_SHIFT	21
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_SHIFT	30
#define PUD_SIZE	(1UL << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PGDIR_SHIFT	39
#define PGDIR_SIZE	(1UL << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))

#include <asm-generic/pgtable-nop4d.h>

#define USER_PTRS_PER_PGD	(TASK_SIZE / PGDIR_SIZE + 1)

#define VMALLOC_START	UM_VMALLOC_START
#define VMALLOC_END	UM_VMALLOC_END
#define MODULES_VADDR	UM_MODULES_BASE
#define MODULES_END	UM_MODULES_END
#define MODULES_LEN	(MODULES_END - MODULES_VADDR)

#define _PAGE_GUEST	(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define _PAGE_KERNEL	(_PAGE_PRESENT | _PAGE_WRITE | _PAGE_ACCESSED | _PAGE_DIRTY)

#define PAGE_NONE		__pgprot(_PAGE_PROTNONE | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_READONLY		__pgprot(_PAGE_GUEST)
#define PAGE_READONLY_EXEC	__pgprot(_PAGE_GUEST | _PAGE_EXEC)
#define PAGE_SHARED		__pgprot(_PAGE_GUEST | _PAGE_WRITE)
#define PAGE_SHARED_EXEC	__pgprot(_PAGE_GUEST | _PAGE_WRITE | _PAGE_EXEC)
#define PAGE_KERNEL		__pgprot(_PAGE_KERNEL)
#define PAGE_KERNEL_EXEC	__pgprot(_PAGE_KERNEL | _PAGE_EXEC)
#define PAGE_KERNEL_RO		__pgprot(_PAGE_PRESENT | _PAGE_ACCESSED)

#ifndef __ASSEMBLY__
#include <linux/mm_types.h>
#include <linux/bug.h>

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern void *empty_zero_page;
#define ZERO_PAGE(vaddr)	virt_to_page(empty_zero_page)

/* Tables. */
#define set_pte(ptep, pte)	WRITE_ONCE(*(ptep), pte)
#define set_pmd(pmdp, pmd)	WRITE_ONCE(*(pmdp), pmd)
#define set_pud(pudp, pud)	WRITE_ONCE(*(pudp), pud)
#define set_p4d(p4dp, p4d)	WRITE_ONCE(*(p4dp), p4d)

#define pmd_none(x)		(!pmd_val(x))
#define pmd_present(x)		(pmd_val(x) & (_PAGE_PRESENT | _PAGE_PROTNONE))
#define pmd_bad(x) \
	((pmd_val(x) & _PAGE_FLAGS & ~_PAGE_ACCESSED) != (_PAGE_TABLE & ~_PAGE_ACCESSED))
#define pmd_leaf(x)		(pmd_present(x) && !(pmd_val(x) & _PAGE_IS_TABLE))
#define pmd_clear(p)		set_pmd(p, __pmd(0))
#define pud_none(x)		(!pud_val(x))
#define pud_present(x)		(pud_val(x) & _PAGE_PRESENT)
#define pud_bad(x) \
	((pud_val(x) & _PAGE_FLAGS & ~_PAGE_ACCESSED) != (_PAGE_TABLE & ~_PAGE_ACCESSED))
#define pud_leaf(x)		false
#define pud_clear(p)		set_pud(p, __pud(0))
#define pgd_leaf(x)		false
#define p4d_none(x)		(!p4d_val(x))
#define p4d_present(x)		(p4d_val(x) & _PAGE_PRESENT)
#define p4d_bad(x) \
	((p4d_val(x) & _PAGE_FLAGS & ~_PAGE_ACCESSED) != (_PAGE_TABLE & ~_PAGE_ACCESSED))
#define p4d_leaf(x)		false
#define p4d_clear(p)		set_p4d(p, __p4d(0))

#define pte_pfn(x)		(pte_val(x) >> PAGE_SHIFT)
#define pmd_pfn(x)		(pmd_val(x) >> PAGE_SHIFT)
#define pud_pfn(x)		(pud_val(x) >> PAGE_SHIFT)
#define p4d_pfn(x)		(p4d_val(x) >> PAGE_SHIFT)
#define pfn_pte(pfn, prot)	__pte(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(prot))
#define pfn_pmd(pfn, prot)	__pmd(((unsigned long)(pfn) << PAGE_SHIFT) | pgprot_val(prot))
#define pte_page(x)		pfn_to_page(pte_pfn(x))
#define pmd_page(x)		pfn_to_page(pmd_pfn(x))
#define pud_page(x)		pfn_to_page(pud_pfn(x))
#define p4d_page(x)		pfn_to_page(p4d_pfn(x))
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), prot)

static inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return (unsigned long)__va(pmd_val(pmd) & PAGE_MASK);
}

static inline pmd_t *pud_pgtable(pud_t pud)
{
	return __va(pud_val(pud) & PAGE_MASK);
}

static inline pud_t *p4d_pgtable(p4d_t p4d)
{
	return __va(p4d_val(p4d) & PAGE_MASK);
}

/* Leaf entries. */
#define pte_none(x)		(!pte_val(x))
#define pte_present(x)		(pte_val(x) & (_PAGE_PRESENT | _PAGE_PROTNONE))
#define pte_accessible(mm, x)	pte_present(x)
#define pte_clear(mm, addr, p)	set_pte(p, __pte(0))

#define UM_ENTRY_TEST(type, name, flag)			\
static inline int type##_##name(type##_t entry)		\
{							\
	return !!(type##_val(entry) & (flag));		\
}
UM_ENTRY_TEST(pte, write, _PAGE_WRITE)
UM_ENTRY_TEST(pte, exec, _PAGE_EXEC)
UM_ENTRY_TEST(pte, young, _PAGE_ACCESSED)
UM_ENTRY_TEST(pte, dirty, _PAGE_DIRTY)
UM_ENTRY_TEST(pte, special, _PAGE_SPECIAL)
UM_ENTRY_TEST(pte, swp_exclusive, _PAGE_SWP_EXCLUSIVE)

#ifdef CONFIG_NUMA_BALANCING
static inline int pte_protnone(pte_t pte)
{
	return (pte_val(pte) & (_PAGE_PROTNONE | _PAGE_PRESENT)) == _PAGE_PROTNONE;
}
#endif

/* Every change of an entry clears MIRRORED: the space does not know the new entry yet. */
#define UM_ENTRY_CHANGE(type, name, clear, set)					\
static inline type##_t type##_##name(type##_t entry)				\
{										\
	return __##type((type##_val(entry) & ~(_PAGE_MIRRORED | (clear))) | (set));	\
}
UM_ENTRY_CHANGE(pte, mkwrite_novma, 0, _PAGE_WRITE)
UM_ENTRY_CHANGE(pte, wrprotect, _PAGE_WRITE, 0)
UM_ENTRY_CHANGE(pte, mkyoung, 0, _PAGE_ACCESSED)
UM_ENTRY_CHANGE(pte, mkold, _PAGE_ACCESSED, 0)
UM_ENTRY_CHANGE(pte, mkdirty, 0, _PAGE_DIRTY)
UM_ENTRY_CHANGE(pte, mkclean, _PAGE_DIRTY, 0)
UM_ENTRY_CHANGE(pte, mkspecial, 0, _PAGE_SPECIAL)
UM_ENTRY_CHANGE(pte, swp_mkexclusive, 0, _PAGE_SWP_EXCLUSIVE)
UM_ENTRY_CHANGE(pte, swp_clear_exclusive, _PAGE_SWP_EXCLUSIVE, 0)

static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & _PAGE_CHG_MASK) |
		     (pgprot_val(prot) & ~_PAGE_CHG_MASK));
}

#define pte_huge(x)		(!(pte_val(x) & _PAGE_IS_TABLE))
#define pte_mkhuge(x)		(x)

#define PFN_PTE_SHIFT	PAGE_SHIFT

#define __HAVE_ARCH_PTE_SAME
static inline int pte_same(pte_t a, pte_t b)
{
	return !((pte_val(a) ^ pte_val(b)) & ~_PAGE_MIRRORED);
}

/* mremap() moves the entry to an address that is not mapped in the space. */
#define __HAVE_ARCH_MOVE_PTE
#define move_pte(pte, old_addr, new_addr)	__pte(pte_val(pte) & ~_PAGE_MIRRORED)

/*
 * The entry gets more rights than before. No flush is needed: the fault that needs the new rights
 * maps the page again.
 */
#define __HAVE_ARCH_PTEP_SET_ACCESS_FLAGS
static inline int ptep_set_access_flags(struct vm_area_struct *vma, unsigned long addr,
					pte_t *ptep, pte_t entry, int dirty)
{
	int changed = !pte_same(*ptep, entry);

	if (changed)
		set_pte(ptep, entry);
	return changed;
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
UM_ENTRY_TEST(pmd, write, _PAGE_WRITE)
UM_ENTRY_TEST(pmd, young, _PAGE_ACCESSED)
UM_ENTRY_TEST(pmd, dirty, _PAGE_DIRTY)
#define pmd_write		pmd_write
#define pmd_young		pmd_young
#define pmd_dirty		pmd_dirty

UM_ENTRY_CHANGE(pmd, mkwrite_novma, 0, _PAGE_WRITE)
UM_ENTRY_CHANGE(pmd, wrprotect, _PAGE_WRITE, 0)
UM_ENTRY_CHANGE(pmd, mkyoung, 0, _PAGE_ACCESSED)
UM_ENTRY_CHANGE(pmd, mkold, _PAGE_ACCESSED, 0)
UM_ENTRY_CHANGE(pmd, mkdirty, 0, _PAGE_DIRTY)
UM_ENTRY_CHANGE(pmd, mkclean, _PAGE_DIRTY, 0)
/* Generic code still sees such an entry as present, but the guest cannot reach the page. */
UM_ENTRY_CHANGE(pmd, mkinvalid, _PAGE_PRESENT, _PAGE_PROTNONE)

#define pmd_trans_huge(x)	pmd_leaf(x)
#define pmd_mkhuge(x)		(x)
#define mk_pmd(page, prot)	pfn_pmd(page_to_pfn(page), prot)
#define pmdp_establish		generic_pmdp_establish

static inline pmd_t pmd_modify(pmd_t pmd, pgprot_t prot)
{
	return __pmd((pmd_val(pmd) & _PAGE_CHG_MASK) |
		     (pgprot_val(prot) & ~_PAGE_CHG_MASK));
}

/* Generic code may move an entry to another address, where the space has no mapping yet. */
static inline void set_pmd_at(struct mm_struct *mm, unsigned long addr, pmd_t *pmdp, pmd_t pmd)
{
	set_pmd(pmdp, __pmd(pmd_val(pmd) & ~_PAGE_MIRRORED));
}

#define __HAVE_ARCH_PMD_SAME
static inline int pmd_same(pmd_t a, pmd_t b)
{
	return !((pmd_val(a) ^ pmd_val(b)) & ~_PAGE_MIRRORED);
}

/* No flush is needed, as in ptep_set_access_flags(). */
#define __HAVE_ARCH_PMDP_SET_ACCESS_FLAGS
static inline int pmdp_set_access_flags(struct vm_area_struct *vma, unsigned long addr,
					pmd_t *pmdp, pmd_t entry, int dirty)
{
	int changed = !pmd_same(*pmdp, entry);

	if (changed)
		set_pmd(pmdp, entry);
	return changed;
}

#define __pmd_to_swp_entry(pmd)	((swp_entry_t) { pmd_val(pmd) })
#define __swp_entry_to_pmd(x)	__pmd((x).val)
#endif
#undef UM_ENTRY_TEST
#undef UM_ENTRY_CHANGE

/* Swap entries. */
#define __swp_type(x)		(((x).val >> 3) & 0x1f)
#define __swp_offset(x)		((x).val >> PAGE_SHIFT)
#define __swp_entry(type, offset) \
	((swp_entry_t) { ((unsigned long)(type) << 3) | ((unsigned long)(offset) << PAGE_SHIFT) })
#define __pte_to_swp_entry(pte)	((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(x)	__pte((x).val)

/*
 * Does nothing for a new or changed entry: the next fault makes the host mapping (mm/fault.c), or
 * a flush by generic code removes the mapping.
 */
#define update_mmu_cache(vma, addr, ptep)			do { } while (0)
#define update_mmu_cache_range(vmf, vma, addr, ptep, nr)	do { } while (0)
#define update_mmu_cache_pmd(vma, addr, pmdp)			do { } while (0)
#define flush_tlb_fix_spurious_fault(vma, addr, ptep)		do { } while (0)

static inline pgprot_t pgprot_noncached(pgprot_t prot)
{
	return prot;
}

#define pte_ERROR(e) pr_err("%s:%d: bad pte %016lx\n", __FILE__, __LINE__, pte_val(e))
#define pmd_ERROR(e) pr_err("%s:%d: bad pmd %016lx\n", __FILE__, __LINE__, pmd_val(e))
#define pud_ERROR(e) pr_err("%s:%d: bad pud %016lx\n", __FILE__, __LINE__, pud_val(e))
#define pgd_ERROR(e) pr_err("%s:%d: bad pgd %016lx\n", __FILE__, __LINE__, pgd_val(e))
#endif

#endif /* _ASM_UM_PGTABLE_H */
