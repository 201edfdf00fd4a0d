/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.h - define pages and guest-physical addresses
 */
#ifndef _ASM_UM_PAGE_H
#define _ASM_UM_PAGE_H

#include <linux/const.h>
#include <um/layout.h>

#define PAGE_SHIFT	CONFIG_PAGE_SHIFT
#define PAGE_SIZE	(_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#define HPAGE_SHIFT	21
#define HPAGE_SIZE	(_AC(1, UL) << HPAGE_SHIFT)
#define HPAGE_MASK	(~(HPAGE_SIZE - 1))
#define HUGETLB_PAGE_ORDER	(HPAGE_SHIFT - PAGE_SHIFT)

#define PAGE_OFFSET	_AC(UM_KERNEL_BASE, UL)

#ifndef __ASSEMBLY__
#include <linux/types.h>

typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
typedef struct { unsigned long pgd; } pgd_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct page *pgtable_t;

#define pte_val(x)	((x).pte)
#define pmd_val(x)	((x).pmd)
#define pud_val(x)	((x).pud)
#define pgd_val(x)	((x).pgd)
#define pgprot_val(x)	((x).pgprot)
#define __pte(x)	((pte_t) { (x) })
#define __pmd(x)	((pmd_t) { (x) })
#define __pud(x)	((pud_t) { (x) })
#define __pgd(x)	((pgd_t) { (x) })
#define __pgprot(x)	((pgprot_t) { (x) })

struct page;
void clear_page(void *page);
void copy_page(void *to, const void *from);
void clear_user_page(void *addr, unsigned long vaddr, struct page *page);
#define copy_user_page(to, from, vaddr, page)	copy_page(to, from)

#define __pa(x)		((phys_addr_t)(unsigned long)(x) - PAGE_OFFSET)
#define __va(x)		((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa_symbol(x)	__pa(x)

#define page_to_phys(page)	((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define virt_to_pfn(x)	(__pa(x) >> PAGE_SHIFT)
#define pfn_to_virt(x)	__va((unsigned long)(x) << PAGE_SHIFT)
#define pfn_to_kaddr(x)	pfn_to_virt(x)
#define virt_to_page(x)	pfn_to_page(virt_to_pfn(x))
#define page_to_virt(x)	pfn_to_virt(page_to_pfn(x))

/* Modules lie below the image and vmalloc lies above RAM, so one range test is enough. */
extern unsigned long um_ram_end;
#define virt_addr_valid(x) \
	((unsigned long)(x) >= PAGE_OFFSET && (unsigned long)(x) < um_ram_end)

#define VM_DATA_DEFAULT_FLAGS	VM_DATA_FLAGS_TSK_EXEC

#include <asm-generic/memory_model.h>
#include <asm-generic/getorder.h>
#endif

#endif /* _ASM_UM_PAGE_H */
