// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdso.c - map the vDSO and its data into every program
 *
 *   [vvar]   2 pages   data, written by the kernel
 *   [vdso]   the code (x86/vdso/)
 *
 * The code expects the clocks in the first data page. For a program in a time namespace, the first
 * page holds the offsets of the namespace instead, and the second page holds the clocks.
 *
 * Pages of the kernel image cannot be mapped into a space (mm/physmem.c), so code and data are
 * copied to pages of RAM once. Generic exec, fault and namespace code calls this file in task
 * context.
 */
#include <asm/um_vdso.h>

#include <linux/binfmts.h>
#include <linux/elf.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <vdso/datapage.h>
#include <asm/elf.h>
#include <asm/vdso/vsyscall.h>

#define NR_VVAR_PAGES	2

extern const char vdso_image_start[], vdso_image_end[];

/* Used until vdso_init(): timekeeping starts before pages can be allocated. */
static union vdso_data_store early_data __initdata;
struct vdso_data *um_vdso_data __refdata = early_data.data;

static unsigned long vdso_size;

static vm_fault_t vvar_fault(const struct vm_special_mapping *mapping, struct vm_area_struct *vma,
			     struct vm_fault *vmf)
{
	struct page *namespace_page = find_timens_vvar_page(vma);
	unsigned long pfn = virt_to_pfn(um_vdso_data);

	/* Only a program in a time namespace has two pages: the offsets, then the clocks. */
	if (vmf->pgoff > (namespace_page ? 1 : 0))
		return VM_FAULT_SIGBUS;
	if (namespace_page && vmf->pgoff == 0)
		pfn = page_to_pfn(namespace_page);
	return vmf_insert_pfn(vma, vmf->address, pfn);
}

static const struct vm_special_mapping vvar_mapping = {
	.name = "[vvar]",
	.fault = vvar_fault,
};

static int vdso_moved(const struct vm_special_mapping *mapping, struct vm_area_struct *vma)
{
	current->mm->context.vdso = vma->vm_start;
	return 0;
}

static struct vm_special_mapping vdso_mapping = {
	.name = "[vdso]",
	.mremap = vdso_moved,
};

#ifdef CONFIG_TIME_NS
struct vdso_data *arch_get_vdso_data(void *vvar_page)
{
	return vvar_page;
}

/* @task enters another time namespace: unmap its data pages, so that it faults the new ones in. */
int vdso_join_timens(struct task_struct *task, struct time_namespace *ns)
{
	struct mm_struct *mm = task->mm;
	struct vm_area_struct *vma;
	VMA_ITERATOR(areas, mm, 0);

	mmap_read_lock(mm);
	for_each_vma(areas, vma)
		if (vma_is_special_mapping(vma, &vvar_mapping))
			zap_vma_pages(vma);
	mmap_read_unlock(mm);
	return 0;
}
#endif

static int __init vdso_init(void)
{
	unsigned long size = vdso_image_end - vdso_image_start, nr, i, flags;
	union vdso_data_store *data = (void *)get_zeroed_page(GFP_KERNEL);
	struct page **pages;

	vdso_size = PAGE_ALIGN(size);
	nr = vdso_size / PAGE_SIZE;
	pages = kcalloc(nr + 1, sizeof(*pages), GFP_KERNEL);
	if (!data || !pages)
		panic("vdso: no memory");
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[i])
			panic("vdso: no memory");
		memcpy(page_address(pages[i]), vdso_image_start + i * PAGE_SIZE,
		       min(PAGE_SIZE, size - i * PAGE_SIZE));
	}
	vdso_mapping.pages = pages;

	local_irq_save(flags);
	*data = early_data;
	um_vdso_data = data->data;
	local_irq_restore(flags);
	return 0;
}
subsys_initcall(vdso_init);

static int area_install(unsigned long addr, unsigned long size, unsigned long flags,
			const struct vm_special_mapping *mapping)
{
	return PTR_ERR_OR_ZERO(_install_special_mapping(current->mm, addr, size,
							VM_READ | VM_MAYREAD | flags, mapping));
}

int arch_setup_additional_pages(struct linux_binprm *bprm, int uses_interp)
{
	const unsigned long data_size = NR_VVAR_PAGES * PAGE_SIZE;
	struct mm_struct *mm = current->mm;
	unsigned long addr;
	int error;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	addr = get_unmapped_area(NULL, 0, data_size + vdso_size, 0, 0);
	error = IS_ERR_VALUE(addr) ? (int)addr : 0;
	if (!error)
		error = area_install(addr, data_size, VM_IO | VM_DONTDUMP | VM_PFNMAP,
				     &vvar_mapping);
	if (!error)
		error = area_install(addr + data_size, vdso_size,
				     VM_EXEC | VM_MAYWRITE | VM_MAYEXEC, &vdso_mapping);
	if (!error)
		mm->context.vdso = addr + data_size;
	mmap_write_unlock(mm);
	return error;
}
