// SPDX-License-Identifier: GPL-2.0-only
/*
 * sites.c - choose system call instructions in guest code and replace their traps with jumps
 *
 * The run loop (kernel/guest.c) reports traps, mirror.c asks which page to map, and generic code
 * reports writes through flush_dcache_page(). All these calls are made in task context.
 *
 * Theory of operation
 *
 * host/guest/site_jumps.c defines what a patched site looks like. This file finds call sites that
 * trap often and copies their pages. Where guests map such a page to execute it, they see the
 * copy, with the jumps. The page itself, which is page cache, does not change, so read(), write()
 * and debuggers see the original.
 *
 * A page is patched only if it belongs to a file and is mapped executable but not writable. The
 * file must have no writable shared mapping either: after the first write such a mapping does not
 * report further writes. A page with sites has PG_arch_1 set and an extra reference, so the page is
 * not reused.
 *
 * The copy is removed from all address spaces before the page can change: when the kernel writes to
 * the page (flush_dcache_page(), which uaccess.c calls too), and before a writable mapping of it is
 * made (mirror.c). The copy is also removed before a site is added to it; the spaces then fault the
 * copy in again. An address space sees only originals if one of its tasks is traced, or if it maps
 * something into the window to which the sites jump. If an address space maps a page twice, it sees
 * the original at the second address.
 *
 * No guest code runs while the kernel does, so a copy that no space maps may be changed or freed.
 */
#include <asm/um_sites.h>

#include <linux/export.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/oom.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <asm/um_walk.h>
#include <asm/unistd.h>
#include <um/host.h>

#define SYSCALL_SIZE	2
#define SITE_SIZE	(HOST_SITE_HEAD + SYSCALL_SIZE)

/* Number of traps after which patching a site is worth a page. */
#define HOT		64

struct site_page {
	struct list_head list;		/* oldest first */
	struct page *original, *copy;
};

static LIST_HEAD(site_pages);

/* For each site number: its page, and the offset in this page of the code after the call. */
static struct {
	struct site_page *page;
	unsigned int offset;
} sites[HOST_SITES_MAX];

/* Counts of traps. Two sites with the same hash evict each other, which only costs time. */
static struct {
	const struct mm_struct *mm;
	unsigned long ip;
	int count;
} passed[1 << 8];

static struct site_page *site_page_find(const struct page *page)
{
	struct site_page *found;

	list_for_each_entry(found, &site_pages, list)
		if (found->original == page)
			return found;
	return NULL;
}

/* Unmap the copy of @page, or all copies if @page is NULL, from @mm. */
static void hide_from(struct mm_struct *mm, const struct site_page *page)
{
	struct host_space *space = mm->context.space;
	unsigned int i;
	u64 addr;

	if (!space)
		return;
	for (i = 0; i < HOST_SITES_MAX; i++) {
		if (!sites[i].page || (page && sites[i].page != page))
			continue;
		addr = host_space_site_forget(space, i);
		if (addr)
			host_space_unmap(space, (addr - 1) & PAGE_MASK, PAGE_SIZE);
	}
	host_space_sync(space);
}

static void hide(const struct site_page *page)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_process(task) {
		struct task_struct *holder = find_lock_task_mm(task);

		if (!holder)
			continue;
		hide_from(holder->mm, page);
		task_unlock(holder);
	}
	rcu_read_unlock();
}

static void site_page_drop(struct site_page *page)
{
	unsigned int i;

	clear_bit(PG_arch_1, &page->original->flags);
	hide(page);
	for (i = 0; i < HOST_SITES_MAX; i++)
		if (sites[i].page == page)
			sites[i].page = NULL;
	list_del(&page->list);
	__free_page(page->copy);
	put_page(page->original);
	kfree(page);
}

void sites_written(struct page *page)
{
	struct site_page *known = site_page_find(page);

	if (known)
		site_page_drop(known);
}
EXPORT_SYMBOL_GPL(sites_written);

void sites_disable(struct mm_struct *mm)
{
	if (mm->context.space && host_space_sites_disable(mm->context.space))
		hide_from(mm, NULL);
}

struct page *sites_shown(struct mm_struct *mm, unsigned long addr, struct page *page)
{
	struct site_page *known = site_page_find(page);
	unsigned int i;

	if (!known)
		return page;
	for (i = 0; i < HOST_SITES_MAX; i++)
		if (sites[i].page == known &&
		    !host_space_site_return(mm->context.space, i,
					    (addr & PAGE_MASK) + sites[i].offset))
			return page;
	return known->copy;
}

/*
 * Is @nr a call that usually needs the FP state in memory (new tasks, signal frames)? Only a trap
 * leaves the state there.
 */
static bool call_needs_trap(unsigned long nr)
{
	switch (nr) {
	case __NR_clone:
	case __NR_clone3:
	case __NR_fork:
	case __NR_vfork:
	case __NR_kill:
	case __NR_tkill:
	case __NR_tgkill:
	case __NR_rt_sigreturn:
	case __NR_rt_sigsuspend:
		return true;
	}
	return false;
}

/*
 * Is @head a known instruction of five bytes that works at any address and uses neither rcx nor
 * r11? The byte before @head must not be a prefix of the instruction.
 */
static bool head_known(const u8 *head, const u8 *page, unsigned long nr)
{
	static const u8 load_r9[] = { 0x4c, 0x8b, 0x4c, 0x24 };	/* mov disp8(%rsp), %r9 */
	u8 before = head > page ? head[-1] : 0x66;

	if (!memcmp(head, load_r9, sizeof(load_r9)))
		return true;
	return head[0] == 0xb8 && !memcmp(head + 1, &(u32){ nr }, 4) &&	/* mov $nr, %eax */
	       (before & 0xf0) != 0x40 && before != 0x66 && before != 0x67 &&
	       before != 0xf2 && before != 0xf3 && before != 0x0f;
}

static int site_number(void)
{
	unsigned int i;

	for (i = 0; i < HOST_SITES_MAX; i++)
		if (!sites[i].page)
			return i;
	site_page_drop(list_first_entry(&site_pages, struct site_page, list));
	return site_number();
}

static struct site_page *site_page_make(struct page *original)
{
	struct site_page *page = kmalloc(sizeof(*page), GFP_NOWAIT);

	if (!page)
		return NULL;
	page->copy = alloc_page(GFP_NOWAIT);
	if (!page->copy) {
		kfree(page);
		return NULL;
	}
	copy_page(page_address(page->copy), page_address(original));
	get_page(original);
	page->original = original;
	list_add_tail(&page->list, &site_pages);
	return page;
}

/* Patch the site in @original whose call ends at @ip. */
static void site_add(struct mm_struct *mm, unsigned long ip, struct page *original)
{
	unsigned int offset = offset_in_page(ip - SITE_SIZE);
	struct site_page *page;
	int site = site_number();	/* may drop a page, even @original */
	u8 *code;

	page = site_page_find(original);
	if (page)
		hide(page);
	else
		page = site_page_make(original);
	if (!page)
		return;
	code = page_address(page->copy) + offset;
	host_site_define(site, code, code);
	sites[site].page = page;
	sites[site].offset = offset + SITE_SIZE;
	set_bit(PG_arch_1, &original->flags);
	/* @mm still maps the original if the copy is new: let it fault the copy in. */
	host_space_unmap(mm->context.space, ip & PAGE_MASK, PAGE_SIZE);
	host_space_sync(mm->context.space);
}

static bool site_wanted(struct mm_struct *mm, unsigned long ip, unsigned long nr,
			struct page **original)
{
	struct address_space *mapping;
	const u8 *head, *start;
	unsigned long size;
	struct page *page;
	pte_t *pte;

	if (call_needs_trap(nr) ||
	    offset_in_page(ip - SITE_SIZE) + SITE_SIZE > PAGE_SIZE)
		return false;
	pte = walk_entry(mm, ip - SITE_SIZE, &size);
	if (!pte || size != PAGE_SIZE || !pte_present(*pte) || pte_write(*pte) ||
	    !pfn_valid(pte_pfn(*pte)))
		return false;
	page = pte_page(*pte);
	if (PageReserved(page) || folio_test_anon(page_folio(page)))
		return false;
	mapping = folio_mapping(page_folio(page));
	if (!mapping || mapping_writably_mapped(mapping))
		return false;
	start = page_address(page);
	head = start + offset_in_page(ip - SITE_SIZE);
	*original = page;
	return head[HOST_SITE_HEAD] == 0x0f && head[HOST_SITE_HEAD + 1] == 0x05 &&
	       head_known(head, start, nr);
}

static bool site_is_patched(const struct page *original, unsigned long ip)
{
	const struct site_page *page = site_page_find(original);
	unsigned int i;

	for (i = 0; page && i < HOST_SITES_MAX; i++)
		if (sites[i].page == page &&
		    sites[i].offset == offset_in_page(ip - SITE_SIZE) + SITE_SIZE)
			return true;
	return false;
}

void sites_passed(struct pt_regs *regs)
{
	unsigned long ip = regs->ip;
	unsigned int i = hash_long(ip ^ (unsigned long)current->mm, 8);
	struct page *original;

	if (passed[i].ip != ip || passed[i].mm != current->mm) {
		passed[i].ip = ip;
		passed[i].mm = current->mm;
		passed[i].count = 0;
	}
	if (++passed[i].count != HOT || !host_sites_supported() || current->ptrace)
		return;
	if (!site_wanted(current->mm, ip, regs->orig_ax, &original))
		return;
	if (site_is_patched(original, ip)) {
		/* The site was patched for another space; this space still maps the original. */
		host_space_unmap(current->mm->context.space, ip & PAGE_MASK, PAGE_SIZE);
		host_space_sync(current->mm->context.space);
		return;
	}
	site_add(current->mm, ip, original);
}
