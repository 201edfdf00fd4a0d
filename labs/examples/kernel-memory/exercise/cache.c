// SPDX-License-Identifier: GPL-2.0-only
/*
 * cache.c - keep a list of names in /proc/cache. It has a bug.
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct name {
	struct list_head node;
	char text[32];
};

static LIST_HEAD(names);
static DEFINE_MUTEX(lock);

static void remove(const char *text)
{
	struct name *name;

	list_for_each_entry(name, &names, node) {
		if (strcmp(name->text, text))
			continue;
		list_del(&name->node);
		kfree(name);
	}
}

static int add(const char *text)
{
	struct name *name = kzalloc(sizeof(*name), GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	strscpy(name->text, text);
	list_add_tail(&name->node, &names);
	return 0;
}

static ssize_t cache_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	char text[32] = "";
	int error = 0;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	mutex_lock(&lock);
	if (text[0] == '-')
		remove(strim(text + 1));
	else
		error = add(strim(text));
	mutex_unlock(&lock);
	return error ?: size;
}

static int cache_show(struct seq_file *file, void *data)
{
	struct name *name;

	mutex_lock(&lock);
	list_for_each_entry(name, &names, node)
		seq_printf(file, "%s\n", name->text);
	mutex_unlock(&lock);
	return 0;
}

static int cache_open(struct inode *inode, struct file *file)
{
	return single_open(file, cache_show, NULL);
}

static const struct proc_ops cache_operations = {
	.proc_open = cache_open,
	.proc_read = seq_read,
	.proc_write = cache_write,
	.proc_release = single_release,
};

static int __init cache_init(void)
{
	return proc_create("cache", 0644, NULL, &cache_operations) ? 0 : -ENOMEM;
}

static void __exit cache_exit(void)
{
	struct name *name, *next;

	remove_proc_entry("cache", NULL);
	list_for_each_entry_safe(name, next, &names, node)
		kfree(name);
}

module_init(cache_init);
module_exit(cache_exit);
MODULE_LICENSE("GPL");
