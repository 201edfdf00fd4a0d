// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscall.c - carry out a system call of guest code
 *
 * The run loop (guest.c) calls syscall_handle() with interrupts off. The generic entry code enables
 * interrupts for the call and handles tracing, seccomp and signals.
 */
#include "syscall.h"

#include <linux/entry-common.h>
#include <linux/nospec.h>
#include <linux/syscalls.h>
#include <linux/unistd.h>
#include <asm/syscall.h>
#include <asm/um_ahead.h>
#include "arch_calls.h"

/* Generic headers do not declare these calls. */
asmlinkage long sys_rt_sigreturn(void);
asmlinkage long sys_modify_ldt(int function, void __user *ptr, unsigned long size);

/* The machine has no I/O ports. */
#define sys_iopl	sys_ni_syscall
#define sys_ioperm	sys_ni_syscall

#define __SYSCALL(nr, name) [nr] = (void *)name,
#define __SYSCALL_NORETURN __SYSCALL
const sys_call_ptr_t sys_call_table[NR_syscalls] = {
	[0 ... NR_syscalls - 1] = (void *)sys_ni_syscall,
#include <asm/syscalls_64.h>
};

void syscall_handle(struct pt_regs *regs)
{
	long nr;

	regs->ax = -ENOSYS;
	nr = syscall_enter_from_user_mode(regs, (int)regs->orig_ax);
	if (likely((unsigned long)nr < NR_syscalls)) {
		nr = array_index_nospec(nr, NR_syscalls);
		regs->ax = sys_call_table[nr](regs->di, regs->si, regs->dx,
					      regs->r10, regs->r8, regs->r9);
	} else if (nr != -1) {
		/* -1: a tracer or filter cancelled the call and set its result. */
		regs->ax = -ENOSYS;
	}
	if (unlikely(ahead_due == current))
		ahead_make(regs);
	syscall_exit_to_user_mode(regs);
}
