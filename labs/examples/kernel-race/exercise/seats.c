// SPDX-License-Identifier: GPL-2.0-only
/*
 * seats.c - each read of /proc/seats sells one of ten seats. It has a bug.
 *
 * Students load this module into the guest of the lab with `umlab module` (README.md).
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#define NR_SEATS 10

static unsigned int nr_sold;

/* The printer is slow. */
static void ticket_print(struct seq_file *file, unsigned int seat)
{
	msleep(20);
	seq_printf(file, "seat %u\n", seat);
}

static int seats_show(struct seq_file *file, void *data)
{
	unsigned int seat;

	if (nr_sold == NR_SEATS)
		return -ENOSPC;
	seat = nr_sold + 1;
	ticket_print(file, seat);
	nr_sold = seat;
	return 0;
}

static int __init seats_init(void)
{
	return proc_create_single("seats", 0444, NULL, seats_show) ? 0 : -ENOMEM;
}

static void __exit seats_exit(void)
{
	remove_proc_entry("seats", NULL);
}

module_init(seats_init);
module_exit(seats_exit);
MODULE_LICENSE("GPL");
