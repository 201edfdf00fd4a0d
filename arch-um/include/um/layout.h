/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.h - the address map of the kernel process and of a guest process
 *
 *   kernel process                           guest process ("space")
 *
 *   7fff_ffff_f000  host stack, vdso          7fff_ffff_f000  end of host user space
 *        ...                                  STUB_DATA       read-only mailbox, 2 pages
 *   VMALLOC_END                               STUB_CODE       stub, 1 page
 *        vmalloc, vmap: pages of guest RAM    TASK_SIZE       7fff_ffff_0000
 *   VMALLOC_START   1000_0000_0000                 guest mappings, and only those:
 *        ...                                       pages of the RAM memfd
 *   RAM end                                   0
 *        guest RAM (memfd, shared)
 *   image end, 2 MB aligned
 *        kernel image: text, data, bss
 *   KERNEL_BASE     4000_0000  = PAGE_OFFSET, guest-physical 0
 *        modules (vmalloc rules, own range)
 *   MODULES_BASE    1000_0000
 *
 * Guest-physical address = kernel virtual address - PAGE_OFFSET, for the image as
 * for RAM. Image and modules stay below 2 GB, so the small code model holds.
 * All addresses are fixed: a saved machine can be mapped back as it was.
 */
#ifndef UM_LAYOUT_H
#define UM_LAYOUT_H

#define UM_MODULES_BASE		0x10000000
#define UM_MODULES_END		0x3f000000
#define UM_KERNEL_BASE		0x40000000
#define UM_VMALLOC_START	0x100000000000
#define UM_VMALLOC_END		0x140000000000

#define UM_TASK_SIZE		0x7fffffff0000
#define UM_STUB_CODE		0x7fffffff8000
#define UM_STUB_CODE_SIZE	0x1000
#define UM_STUB_DATA		0x7fffffff9000
#define UM_STUB_DATA_SIZE	0x2000
#define UM_HOST_TASK_END	0x7ffffffff000

/* Most RAM that fits below vmalloc with room to spare. */
#define UM_RAM_MAX		0x40000000000

#endif /* UM_LAYOUT_H */
