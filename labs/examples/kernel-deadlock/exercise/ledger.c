// SPDX-License-Identifier: GPL-2.0-only
/*
 * ledger.c - move money between two accounts with a lock each. It has a bug.
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static long a = 100, b = 100;

static ssize_t ledger_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	char order[2];

	if (size < sizeof(order) || copy_from_user(order, from, sizeof(order)))
		return -EINVAL;
	if (order[0] == 'a') {
		mutex_lock(&lock_a);
		mutex_lock(&lock_b);
		a--, b++;
		mutex_unlock(&lock_b);
		mutex_unlock(&lock_a);
	} else {
		mutex_lock(&lock_b);
		mutex_lock(&lock_a);
		b--, a++;
		mutex_unlock(&lock_a);
		mutex_unlock(&lock_b);
	}
	return size;
}

static const struct proc_ops ledger_operations = { .proc_write = ledger_write };

static int __init ledger_init(void)
{
	return proc_create("ledger", 0222, NULL, &ledger_operations) ? 0 : -ENOMEM;
}

static void __exit ledger_exit(void)
{
	remove_proc_entry("ledger", NULL);
	pr_info("ledger: a %ld, b %ld\n", a, b);
}

module_init(ledger_init);
module_exit(ledger_exit);
MODULE_LICENSE("GPL");
