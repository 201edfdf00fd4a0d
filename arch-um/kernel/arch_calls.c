// SPDX-License-Identifier: GPL-2.0-only
/*
 * arch_calls.c - implement the system calls that generic code leaves to the architecture
 *
 * Called through the table in syscall.c, in task context with interrupts on. rt_sigreturn is in
 * signal.c.
 */
#include "arch_calls.h"

#include <linux/mm.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <asm/prctl.h>
#include <um/host.h>

/* As on hardware, fails with -EPERM for segment bases above the guest's address range. */
SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, arg2)
{
	struct pt_regs *regs = current_pt_regs();

	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (arg2 >= TASK_SIZE)
			return -EPERM;
		if (option == ARCH_SET_FS)
			regs->fs_base = arg2;
		else
			regs->gs_base = arg2;
		return 0;
	case ARCH_GET_FS:
		return put_user(regs->fs_base, (unsigned long __user *)arg2);
	case ARCH_GET_GS:
		return put_user(regs->gs_base, (unsigned long __user *)arg2);
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
		return put_user(host_fp_features(), (u64 __user *)arg2);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	}
	return -EINVAL;
}

SYSCALL_DEFINE6(mmap, unsigned long, addr, unsigned long, len, unsigned long, prot,
		unsigned long, flags, unsigned long, fd, unsigned long, off)
{
	if (offset_in_page(off))
		return -EINVAL;
	return ksys_mmap_pgoff(addr, len, prot, flags, fd, off >> PAGE_SHIFT);
}
