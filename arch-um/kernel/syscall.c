// SPDX-License-Identifier: GPL-2.0-only
/*
 * syscall.c - fetch arguments, trace, call the table, store the result
 *
 * Called by the run loop (guest.c) with interrupts off; the generic entry code
 * turns them on for the call and does tracing, seccomp and signals.
 */
#include <linux/entry-common.h>
#include <linux/nospec.h>
#include <linux/syscalls.h>
#include <linux/unistd.h>
#include <asm/syscall.h>
#include "../mm/ahead.h"
#include "kernel_internal.h"

/* Calls of this processor that <linux/syscalls.h> leaves to architectures. */
asmlinkage long sys_arch_prctl(int option, unsigned long arg);
asmlinkage long sys_mmap(unsigned long addr, unsigned long size, unsigned long prot,
			 unsigned long flags, unsigned long fd, unsigned long offset);
asmlinkage long sys_rt_sigreturn(void);
asmlinkage long sys_modify_ldt(int function, void __user *ptr, unsigned long size);

/* There are no I/O ports: as on a kernel built without them. */
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
		/* -1 is a call that a tracer or filter took out: its result stays. */
		regs->ax = -ENOSYS;
	}
	if (unlikely(ahead_due == current))
		ahead_make(regs);
	syscall_exit_to_user_mode(regs);
}
