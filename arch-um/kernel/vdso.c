// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdso.c - map the vDSO into every program
 *
 * The bytes are copied to a page of RAM once: pages of the image itself cannot be
 * mapped into a space (mm/physmem.c).
 */
#include <linux/binfmts.h>
#include <linux/elf.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <asm/elf.h>

extern const char vdso_image_start[], vdso_image_end[];

static struct page *vdso_pages[2];

static int vdso_moved(const struct vm_special_mapping *mapping, struct vm_area_struct *vma)
{
	current->mm->context.vdso = vma->vm_start;
	return 0;
}

static const struct vm_special_mapping vdso_mapping = {
	.name = "[vdso]",
	.pages = vdso_pages,
	.mremap = vdso_moved,
};

static int __init vdso_init(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		panic("vdso: no memory");
	BUG_ON(vdso_image_end - vdso_image_start > PAGE_SIZE);
	memcpy(page_address(page), vdso_image_start, vdso_image_end - vdso_image_start);
	vdso_pages[0] = page;
	return 0;
}
subsys_initcall(vdso_init);

int arch_setup_additional_pages(struct linux_binprm *bprm, int uses_interp)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long addr;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	addr = get_unmapped_area(NULL, 0, PAGE_SIZE, 0, 0);
	if (IS_ERR_VALUE(addr))
		goto out_unlock;
	vma = _install_special_mapping(mm, addr, PAGE_SIZE,
				       VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
				       &vdso_mapping);
	if (IS_ERR(vma))
		addr = PTR_ERR(vma);
	else
		mm->context.vdso = addr;
out_unlock:
	mmap_write_unlock(mm);
	return IS_ERR_VALUE(addr) ? addr : 0;
}
