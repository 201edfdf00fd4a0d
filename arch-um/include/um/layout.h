/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.h - define the address map of the kernel process and of a guest process
 *
 *   kernel process                           guest process ("space")
 *
 *   7fff_ffff_f000  host stack, vdso          7fff_ffff_f000  end of host user space
 *        ...                                  STUB_MAILBOX    writable: registers, signal stack
 *   VMALLOC_END                               STUB_DATA       read-only: commands
 *        vmalloc, vmap: pages of guest RAM    STUB_CONSTS     read-only, the same for all
 *   VMALLOC_START   1000_0000_0000            STUB_CODE       stub
 *        ...                                  TASK_SIZE       7fff_ffff_0000
 *        ...                                       guest mappings, and only those:
 *   RAM end                                        pages of the RAM memfd
 *        guest RAM (memfd, shared)            0
 *   image end, 2 MB aligned
 *        kernel image: text, data, bss
 *   KERNEL_BASE     4000_0000  = PAGE_OFFSET, guest-physical 0
 *        modules (mapped like vmalloc)
 *   MODULES_BASE    1000_0000
 *
 * Guest-physical address = kernel virtual address - PAGE_OFFSET, for the image as
 * for RAM. Image and modules stay below 2 GB, as the small code model requires.
 * All addresses are fixed, so that a saved machine can be mapped at the same place again.
 */
#ifndef UM_LAYOUT_H
#define UM_LAYOUT_H

#define UM_MODULES_BASE		0x10000000
#define UM_MODULES_END		0x3f000000
#define UM_KERNEL_BASE		0x40000000
#define UM_VMALLOC_START	0x100000000000
#define UM_VMALLOC_END		0x140000000000

/*
 * The window that patched system call sites jump through (host/guest/site_jumps.c). In memory, the
 * third and fourth byte of each address in the window are the bytes of the instruction `syscall`.
 * The window lies inside the guest's range.
 */
#define UM_SITES		0x050f0000
#define UM_SITES_SIZE		0x5000

#define UM_TASK_SIZE		0x7fffffff0000
#define UM_STUB_STACK		0x7fffffff1000	/* only while a space starts */
#define UM_STUB_STACK_SIZE	0x1000
#define UM_STUB_CODE		0x7fffffff2000
#define UM_STUB_CODE_SIZE	0x1000
#define UM_STUB_CONSTS		0x7fffffff3000
#define UM_STUB_CONSTS_SIZE	0x1000
#define UM_STUB_DATA		0x7fffffff4000
#define UM_STUB_DATA_SIZE	0x3000
#define UM_STUB_MAILBOX		0x7fffffff7000	/* after the data, as in the stub file */
#define UM_STUB_MAILBOX_SIZE	0x6000
#define UM_STUB_END		0x7fffffffd000
#define UM_HOST_TASK_END	0x7ffffffff000

/* Largest RAM: fits below vmalloc with room to spare. */
#define UM_RAM_MAX		0x40000000000

#ifndef __ASSEMBLY__
_Static_assert(UM_STUB_DATA + UM_STUB_DATA_SIZE == UM_STUB_MAILBOX, "one slot of the stub file");
_Static_assert(UM_STUB_MAILBOX + UM_STUB_MAILBOX_SIZE == UM_STUB_END, "the stub ends there");
_Static_assert(UM_SITES + UM_SITES_SIZE < UM_MODULES_BASE, "kernel addresses lie above the window");
_Static_assert(UM_TASK_SIZE < UM_STUB_STACK && UM_STUB_END < UM_HOST_TASK_END,
	       "the stub lies above the guest's range");
#endif

#endif /* UM_LAYOUT_H */
