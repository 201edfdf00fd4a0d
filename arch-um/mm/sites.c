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
 * What looks like a call site may be the inside of another instruction, to which a program has
 * jumped on purpose. Nothing in the bytes tells. So an address space sees only the jumps of sites
 * at which its own code has trapped, or code of the parent from which it was forked: whoever makes
 * up a site changes only what the own programs execute. A page can therefore have several copies.
 * Address spaces that use the same sites of the page share one.
 *
 * The copies are removed from all address spaces before the page can change: when the kernel writes
 * to the page (flush_dcache_page(), which uaccess.c calls too), and before a writable mapping of it
 * is made (mirror.c). An address space sees only originals if one of its tasks is traced, or if it
 * maps something into the window to which the sites jump. If an address space maps a page twice, it
 * sees the original at the second address.
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

/*
 * Number of traps in an address space after which a new site is worth a site number, and after
 * which a site that has a number is worth a fault for the patched page.
 */
#define HOT		64
#define WARM		8

/* Number of copies of a page, so that programs cannot fill the memory with them. */
#define COPIES_MAX	8

struct site_copy {
	struct list_head list;
	struct page *page;
	DECLARE_BITMAP(sites, HOST_SITES_MAX);	/* those that are patched in this copy */
};

struct site_page {
	struct list_head list;		/* oldest first */
	struct page *original;
	struct list_head copies;
	unsigned int nr_copies;
};

static LIST_HEAD(site_pages);

/*
 * For each site number: its page, the offset in this page of the code after the call, and the bytes
 * that replace the instruction before the call.
 */
static struct {
	struct site_page *page;
	unsigned int offset;
	u8 jump[HOST_SITE_HEAD];
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

/* Unmap the copies of @page, or of all pages if @page is NULL, from @mm. */
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

static void copies_drop(struct site_page *page)
{
	struct site_copy *copy, *next;

	hide(page);
	list_for_each_entry_safe(copy, next, &page->copies, list) {
		list_del(&copy->list);
		__free_page(copy->page);
		kfree(copy);
	}
	page->nr_copies = 0;
}

static void site_page_drop(struct site_page *page)
{
	unsigned int i;

	clear_bit(PG_arch_1, &page->original->flags);
	copies_drop(page);
	for (i = 0; i < HOST_SITES_MAX; i++) {
		if (sites[i].page != page)
			continue;
		sites[i].page = NULL;
		/* The number may soon belong to another site. */
		host_site_revoke(i);
	}
	list_del(&page->list);
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

/* Make a copy of @page in which @wanted sites are patched. NULL: no memory. */
static struct site_copy *copy_make(struct site_page *page, const unsigned long *wanted)
{
	struct site_copy *copy;
	unsigned int i;
	u8 *code;

	if (page->nr_copies == COPIES_MAX)
		copies_drop(page);
	copy = kmalloc(sizeof(*copy), GFP_NOWAIT);
	if (!copy)
		return NULL;
	copy->page = alloc_page(GFP_NOWAIT);
	if (!copy->page) {
		kfree(copy);
		return NULL;
	}
	code = page_address(copy->page);
	copy_page(code, page_address(page->original));
	for_each_set_bit(i, wanted, HOST_SITES_MAX)
		memcpy(code + sites[i].offset - SITE_SIZE, sites[i].jump, HOST_SITE_HEAD);
	bitmap_copy(copy->sites, wanted, HOST_SITES_MAX);
	list_add(&copy->list, &page->copies);
	page->nr_copies++;
	return copy;
}

static struct site_copy *copy_find(struct site_page *page, const unsigned long *wanted)
{
	struct site_copy *copy;

	list_for_each_entry(copy, &page->copies, list)
		if (bitmap_equal(copy->sites, wanted, HOST_SITES_MAX))
			return copy;
	return copy_make(page, wanted);
}

struct page *sites_shown(struct mm_struct *mm, unsigned long addr, struct page *page)
{
	struct host_space *space = mm->context.space;
	struct site_page *known = site_page_find(page);
	DECLARE_BITMAP(wanted, HOST_SITES_MAX) = {};
	struct site_copy *copy;
	unsigned int i;

	for (i = 0; known && i < HOST_SITES_MAX; i++)
		if (sites[i].page == known && host_space_site_allowed(space, i))
			__set_bit(i, wanted);
	if (bitmap_empty(wanted, HOST_SITES_MAX))
		return page;
	copy = copy_find(known, wanted);
	if (!copy)
		return page;
	for_each_set_bit(i, wanted, HOST_SITES_MAX)
		if (!host_space_site_return(space, i, (addr & PAGE_MASK) + sites[i].offset))
			return page;
	return copy->page;
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
	get_page(original);
	page->original = original;
	INIT_LIST_HEAD(&page->copies);
	page->nr_copies = 0;
	list_add_tail(&page->list, &site_pages);
	set_bit(PG_arch_1, &original->flags);
	return page;
}

/* Define the site in @original whose call ends at @ip. Returns its number; -1: no memory. */
static int site_define(unsigned long ip, struct page *original)
{
	unsigned int offset = offset_in_page(ip - SITE_SIZE);
	struct site_page *page;
	int site = site_number();	/* may drop a page, even @original */

	page = site_page_find(original) ?: site_page_make(original);
	if (!page)
		return -1;
	host_site_define(site, page_address(original) + offset, sites[site].jump);
	sites[site].page = page;
	sites[site].offset = offset + SITE_SIZE;
	return site;
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

/* Returns the number of the site in @original whose call ends at @ip; -1: it has none. */
static int site_find(const struct page *original, unsigned long ip)
{
	const struct site_page *page = site_page_find(original);
	unsigned int i;

	for (i = 0; page && i < HOST_SITES_MAX; i++)
		if (sites[i].page == page &&
		    sites[i].offset == offset_in_page(ip - SITE_SIZE) + SITE_SIZE)
			return i;
	return -1;
}

void sites_passed(struct pt_regs *regs)
{
	struct host_space *space = current->mm->context.space;
	unsigned long ip = regs->ip;
	unsigned int i = hash_long(ip ^ (unsigned long)current->mm, 8);
	struct page *original;
	int site;

	if (passed[i].ip != ip || passed[i].mm != current->mm) {
		passed[i].ip = ip;
		passed[i].mm = current->mm;
		passed[i].count = 0;
	}
	if (++passed[i].count == HOT)
		passed[i].count = 0;
	else if (passed[i].count != WARM)
		return;
	if (!host_sites_supported() || current->ptrace ||
	    !site_wanted(current->mm, ip, regs->orig_ax, &original))
		return;
	site = site_find(original, ip);
	if (site < 0 && passed[i].count == 0)
		site = site_define(ip, original);
	if (site < 0 || host_space_site_allowed(space, site))
		return;
	/* Let the space fault in a copy with this jump. */
	host_space_site_allow(space, site);
	host_space_unmap(space, ip & PAGE_MASK, PAGE_SIZE);
	host_space_sync(space);
}
