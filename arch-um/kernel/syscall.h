/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscall.h - carry out the system calls of guest code
 */
#ifndef UM_KERNEL_SYSCALL_H
#define UM_KERNEL_SYSCALL_H

struct pt_regs;

/* syscall_handle - carry out the call in @regs. Interrupts are off at entry and at return. */
void syscall_handle(struct pt_regs *regs);

#endif /* UM_KERNEL_SYSCALL_H */
