// SPDX-License-Identifier: GPL-2.0-only
/*
 * ahead.c - fault in the pages that a task is about to touch
 *
 * Theory of operation
 *
 * A page fault of guest code costs about ten times as much as making the page. The first faults
 * after fork and exec are predictable: the instruction, the stack, and after fork the pages that
 * parent and child touched last time, because a program usually forks at the same place. A struct
 * family remembers the pages of the first faults after a fork: up to PAGES_MAX for a parent and as
 * many for its latest child. On the way back to guest code ahead_make() makes all these pages, as
 * the faults would have done. It also queues their mappings for the first batch of commands.
 *
 *   fork    ahead_fork() in the parent: note the next NOTES_MAX faults of parent and child
 *   fault   ahead_note()
 *   exec    a new mm, for which nothing is remembered
 *
 * The pages are a guess. ahead_make() skips a page that is shared or cannot be made without
 * waiting; the task faults on it later. A wrong guess costs at most PAGES_MAX pages. Few programs
 * fork at the same time, so there is a fixed number of families, and a new one replaces the oldest.
 *
 * Called by the system call path and by fault.c, in task context on the machine's one thread.
 */
#include <asm/um_ahead.h>

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/userfaultfd_k.h>
#include <asm/um_mirror.h>
#include <asm/um_walk.h>

enum {
	FAMILIES = 16,
	PAGES_MAX = 8,
	NOTES_MAX = 8,
	/* Flags in the low bits of a page's address. */
	WRITES = 1,
	FETCHES = 2,
};

/* Areas whose pages are shared, or whose faults may release the mmap lock. */
#define NEVER	(VM_SHARED | VM_PFNMAP | VM_MIXEDMAP | VM_IO | VM_HUGETLB)

struct member {
	const struct mm_struct *mm;
	unsigned int notes_left, next;
	unsigned long pages[PAGES_MAX];
};

static struct family {
	struct member parent, child;
} families[FAMILIES];
static unsigned int next_family;

struct task_struct *ahead_due;

static struct member *member_find(const struct mm_struct *mm)
{
	unsigned int i;

	for (i = 0; i < FAMILIES; i++) {
		if (families[i].parent.mm == mm)
			return &families[i].parent;
		if (families[i].child.mm == mm)
			return &families[i].child;
	}
	return NULL;
}

static struct family *family_of(const struct mm_struct *parent)
{
	struct family *family;
	unsigned int i;

	for (i = 0; i < FAMILIES; i++)
		if (families[i].parent.mm == parent)
			return &families[i];
	family = &families[next_family++ % FAMILIES];
	*family = (struct family) { .parent.mm = parent };
	return family;
}

void ahead_fork(const struct mm_struct *parent, const struct mm_struct *child)
{
	struct family *family = family_of(parent);

	family->child.mm = child;
	family->parent.notes_left = family->child.notes_left = NOTES_MAX;
	ahead_due = current;
}

void ahead_forget(const struct mm_struct *mm)
{
	unsigned int i;

	for (i = 0; i < FAMILIES; i++) {
		if (families[i].parent.mm == mm)
			families[i].parent.mm = families[i].child.mm = NULL;
		if (families[i].child.mm == mm)
			families[i].child.mm = NULL;
	}
}

void ahead_note(const struct mm_struct *mm, unsigned long addr, enum guest_access access)
{
	struct member *member = member_find(mm);
	unsigned long kind = access == GUEST_ACCESS_WRITE ? WRITES :
			     access == GUEST_ACCESS_EXEC ? FETCHES : 0;
	unsigned int i;

	if (!member || !member->notes_left)
		return;
	member->notes_left--;
	for (i = 0; i < PAGES_MAX; i++)
		if ((member->pages[i] & PAGE_MASK) == (addr & PAGE_MASK)) {
			member->pages[i] |= kind;
			return;
		}
	member->pages[member->next++ % PAGES_MAX] = (addr & PAGE_MASK) | kind;
}

/* Make the page of @addr if this is possible without waiting. The caller holds the mmap lock. */
static void page_make(struct mm_struct *mm, unsigned long addr, unsigned long kind)
{
	unsigned int flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
	vm_flags_t need = kind & WRITES ? VM_WRITE : kind & FETCHES ? VM_EXEC : VM_READ;
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	if (!vma || !(vma->vm_flags & need) || vma->vm_flags & NEVER || userfaultfd_armed(vma) ||
	    walk_guest_page(mm, addr, kind & WRITES))
		return;
	flags |= kind & WRITES ? FAULT_FLAG_WRITE : kind & FETCHES ? FAULT_FLAG_INSTRUCTION : 0;
	handle_mm_fault(vma, addr, flags, NULL);
}

static void page_show(struct mm_struct *mm, unsigned long addr)
{
	unsigned long next;
	pte_t *pte = addr < TASK_SIZE ? walk_pte(mm, addr, &next) : NULL;

	if (pte && pte_val(*pte) & _PAGE_PRESENT && !(pte_val(*pte) & _PAGE_MIRRORED))
		mirror_fill(mm, addr);
}

void ahead_make(const struct pt_regs *regs)
{
	struct mm_struct *mm = current->mm;
	const struct member *member = member_find(mm);
	unsigned long pages[PAGES_MAX + 3] = {
		(regs->ip & PAGE_MASK) | FETCHES,
		(regs->sp & PAGE_MASK) | WRITES,
		regs->fs_base & PAGE_MASK,
	};
	unsigned int i;

	ahead_due = NULL;
	if (member)
		memcpy(pages + 3, member->pages, sizeof(member->pages));
	mmap_read_lock(mm);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i])
			page_make(mm, pages[i] & PAGE_MASK, pages[i]);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i] && mm->context.space)
			page_show(mm, pages[i] & PAGE_MASK);
	mmap_read_unlock(mm);
}
