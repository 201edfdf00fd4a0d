/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - options of the program
 */
#ifndef UM_KERNEL_OPTIONS_H
#define UM_KERNEL_OPTIONS_H

#include <linux/types.h>

struct um_boot;

/*
 * options_parse - check the argument list in @boot and write the kernel command line of at most
 * @size bytes to @line. A wrong option ends the program.
 */
void options_parse(struct um_boot *boot, char *line, size_t size);

#endif /* UM_KERNEL_OPTIONS_H */
