// SPDX-License-Identifier: GPL-2.0-only
/*
 * book.c - show a telephone book of 1000 lines in /proc/book. It works, but is slow.
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define NR_ENTRIES 1000

struct entry {
	struct list_head list;
	unsigned int number;
};

static LIST_HEAD(book);

static noinline __noclone struct entry *book_next(struct entry *entry)
{
	return list_next_entry(entry, list);
}

static noinline __noclone struct entry *book_find(unsigned int line)
{
	struct entry *entry = list_first_entry(&book, struct entry, list);

	while (line--)
		entry = book_next(entry);
	return entry;
}

static int book_show(struct seq_file *file, void *data)
{
	unsigned int line;

	for (line = 0; line < NR_ENTRIES; line++)
		seq_printf(file, "%u\n", book_find(line)->number);
	return 0;
}

static void book_free(void)
{
	struct entry *entry, *next;

	list_for_each_entry_safe(entry, next, &book, list)
		kfree(entry);
}

static int __init book_init(void)
{
	struct entry *entry;
	unsigned int i;

	for (i = 0; i < NR_ENTRIES; i++) {
		entry = kmalloc(sizeof(*entry), GFP_KERNEL);
		if (!entry)
			goto out_free;
		entry->number = 5550000 + i;
		list_add_tail(&entry->list, &book);
	}
	if (proc_create_single("book", 0444, NULL, book_show))
		return 0;
out_free:
	book_free();
	return -ENOMEM;
}

static void __exit book_exit(void)
{
	remove_proc_entry("book", NULL);
	book_free();
}

module_init(book_init);
module_exit(book_exit);
MODULE_LICENSE("GPL");
