/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arch_calls.h - declare the system calls that generic headers leave to the architecture
 */
#ifndef UM_KERNEL_ARCH_CALLS_H
#define UM_KERNEL_ARCH_CALLS_H

#include <linux/linkage.h>

asmlinkage long sys_arch_prctl(int option, unsigned long arg);
asmlinkage long sys_mmap(unsigned long addr, unsigned long size, unsigned long prot,
			 unsigned long flags, unsigned long fd, unsigned long offset);

#endif /* UM_KERNEL_ARCH_CALLS_H */
