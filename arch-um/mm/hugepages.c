// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugepages.c - which sizes of large pages anonymous memory gets by itself
 *
 * Each page fault and each host mapping costs the same whatever its size, so programs get
 * their memory in pieces of 64 KB where it lies so. Huge pages (2 MB) go to those who ask
 * (madvise). thp_anon= on the command line and the files in
 * /sys/kernel/mm/transparent_hugepage say otherwise.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/setup.h>

/* On a smaller machine what a program does not use of a piece is missed elsewhere. */
#define MACHINE_MIN	SZ_128M

static int __init hugepages_init(void)
{
	if (!strstr(boot_command_line, "thp_anon=") && totalram_pages() >= MACHINE_MIN >> PAGE_SHIFT)
		huge_anon_orders_always |= BIT(get_order(SZ_64K));
	return 0;
}
late_initcall(hugepages_init);
