// SPDX-License-Identifier: GPL-2.0-only
/*
 * listing.c - list each process and the size of its address space in /proc/listing. It has a bug.
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

static int listing_show(struct seq_file *file, void *data)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_process(task)
		seq_printf(file, "%d %s %lu\n", task_pid_nr(task), task->comm, task->mm->total_vm);
	rcu_read_unlock();
	return 0;
}

static int __init listing_init(void)
{
	return proc_create_single("listing", 0, NULL, listing_show) ? 0 : -ENOMEM;
}

static void __exit listing_exit(void)
{
	remove_proc_entry("listing", NULL);
}

module_init(listing_init);
module_exit(listing_exit);
MODULE_LICENSE("GPL");
