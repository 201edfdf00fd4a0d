/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_physmem.h - create guest RAM
 *
 * Implemented in mm/physmem.c, used by kernel/ and mm/.
 */
#ifndef _ASM_UM_UM_PHYSMEM_H
#define _ASM_UM_UM_PHYSMEM_H

#include <linux/types.h>

struct um_boot;

/* Guest-physical address of the first byte of RAM, in bytes; below it lies the kernel image. */
extern unsigned long um_image_size;

/*
 * physmem_setup - create RAM of @requested_size bytes, the value of mem= (0: the default). Ends the
 * program with a message if the host refuses.
 */
void physmem_setup(u64 requested_size, const struct um_boot *boot);

#endif /* _ASM_UM_UM_PHYSMEM_H */
