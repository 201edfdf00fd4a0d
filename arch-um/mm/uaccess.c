// SPDX-License-Identifier: GPL-2.0-only
/*
 * uaccess.c - copy to and from guest memory
 *
 * Generic code calls these functions on behalf of the current task, in task context or, with page
 * faults disabled, in any context. They walk the guest's page tables and copy through the linear
 * map of RAM. A missing page is faulted in, unless the caller has disabled page faults. If a page
 * cannot be faulted in, the copy ends early and returns the number of bytes left.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <asm/um_walk.h>

static bool page_fault_in(unsigned long addr, bool write)
{
	struct mm_struct *mm = current->mm;
	unsigned int flags = write ? FAULT_FLAG_WRITE : 0;
	bool there;

	if (!mm || addr >= TASK_SIZE || faulthandler_disabled())
		return false;
	mmap_read_lock(mm);
	there = !fixup_user_fault(mm, addr, flags | FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE,
				  &(bool){ false }) && !walk_outside_ram(mm, addr);
	mmap_read_unlock(mm);
	return there;
}

/* Returns the kernel address of guest address @addr, valid until the caller sleeps, or NULL. */
static void *guest_page(unsigned long addr, bool write)
{
	void *page = NULL;

	if (unlikely(!current->mm))
		return NULL;
	while (!(page = walk_guest_page(current->mm, addr, write)))
		if (!page_fault_in(addr, write))
			return NULL;
	if (write)
		flush_dcache_page(virt_to_page(page));
	return page;
}

static unsigned long bytes_in_page(unsigned long addr, unsigned long size)
{
	return min(size, PAGE_SIZE - offset_in_page(addr));
}

enum transfer { FROM_GUEST, TO_GUEST, CLEAR_GUEST };

/*
 * Copy between @kernel and guest address @addr, or clear memory at @addr, page by page. Returns the
 * number of bytes left. Inlined, so that each caller has its own specialised loop.
 */
static __always_inline unsigned long transfer(unsigned long addr, void *kernel,
					      unsigned long size, enum transfer kind)
{
	while (size) {
		unsigned long part = bytes_in_page(addr, size);
		void *page = guest_page(addr, kind != FROM_GUEST);

		if (!page)
			break;
		if (kind == FROM_GUEST)
			memcpy(kernel, page, part);
		else if (kind == TO_GUEST)
			memcpy(page, kernel, part);
		else
			memset(page, 0, part);
		kernel += part;
		addr += part;
		size -= part;
	}
	return size;
}

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long size)
{
	return transfer((unsigned long)from, to, size, FROM_GUEST);
}
EXPORT_SYMBOL(raw_copy_from_user);

unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long size)
{
	return transfer((unsigned long)to, (void *)from, size, TO_GUEST);
}
EXPORT_SYMBOL(raw_copy_to_user);

unsigned long __clear_user(void __user *to, unsigned long size)
{
	return transfer((unsigned long)to, NULL, size, CLEAR_GUEST);
}
EXPORT_SYMBOL(__clear_user);

long strncpy_from_user(char *to, const char __user *from, long count)
{
	unsigned long addr = (unsigned long)from;
	long done = 0;

	while (done < count) {
		unsigned long part = bytes_in_page(addr, count - done);
		char *page = guest_page(addr, false);
		unsigned long length;

		if (!page)
			return -EFAULT;
		length = strnlen(page, part);
		memcpy(to + done, page, length);
		done += length;
		if (length < part) {
			to[done] = '\0';
			return done;
		}
		addr += part;
	}
	return done;
}
EXPORT_SYMBOL(strncpy_from_user);

/* Returns the length with the final NUL; 0 after a fault; more than @count if there is no NUL. */
long strnlen_user(const char __user *s, long count)
{
	unsigned long addr = (unsigned long)s;
	long done = 0;

	while (done < count) {
		unsigned long part = bytes_in_page(addr, count - done);
		char *page = guest_page(addr, false);
		unsigned long length;

		if (!page)
			return 0;
		length = strnlen(page, part);
		done += length;
		if (length < part)
			return done + 1;
		addr += part;
	}
	return count + 1;
}
EXPORT_SYMBOL(strnlen_user);
