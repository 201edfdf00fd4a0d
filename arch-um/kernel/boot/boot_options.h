/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_options.h - check the program's own options and make the kernel command line
 */
#ifndef UM_KERNEL_BOOT_OPTIONS_H
#define UM_KERNEL_BOOT_OPTIONS_H

#include <linux/types.h>

struct um_boot;

/*
 * boot_options_parse - check the argument list in @boot and write the kernel command line of at
 * most @size bytes to @line. An invalid option ends the program.
 */
void boot_options_parse(struct um_boot *boot, char *line, size_t size);

#endif /* UM_KERNEL_BOOT_OPTIONS_H */
