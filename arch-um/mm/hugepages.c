// SPDX-License-Identifier: GPL-2.0-only
/*
 * hugepages.c - set the default sizes of large pages for anonymous memory
 *
 * A page fault and a host mapping cost the same for any size, so anonymous memory uses folios of
 * 64 KB where addresses allow. Programs get huge pages (2 MB) only if they ask for them with
 * madvise(). thp_anon= on the command line and /sys/kernel/mm/transparent_hugepage override these
 * defaults. hugepages_init() runs once at boot.
 */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/setup.h>

/* Bytes. A smaller machine cannot spare the unused parts of large folios. */
#define MACHINE_MIN	SZ_128M

static int __init hugepages_init(void)
{
	if (!strstr(boot_command_line, "thp_anon=") &&
	    totalram_pages() >= MACHINE_MIN >> PAGE_SHIFT)
		huge_anon_orders_always |= BIT(get_order(SZ_64K));
	return 0;
}
late_initcall(hugepages_init);
