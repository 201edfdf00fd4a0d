/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscall.h - find system call arguments in the guest's registers
 */
#ifndef _ASM_UM_SYSCALL_H
#define _ASM_UM_SYSCALL_H

#include <uapi/linux/audit.h>
#include <linux/sched.h>
#include <linux/err.h>
#include <asm/ptrace.h>

typedef asmlinkage long (*sys_call_ptr_t)(unsigned long, unsigned long, unsigned long,
					  unsigned long, unsigned long, unsigned long);
extern const sys_call_ptr_t sys_call_table[];

static inline int syscall_get_nr(struct task_struct *task, struct pt_regs *regs)
{
	return regs->orig_ax;
}

static inline void syscall_set_nr(struct task_struct *task, struct pt_regs *regs, int nr)
{
	regs->orig_ax = nr;
}

static inline void syscall_rollback(struct task_struct *task, struct pt_regs *regs)
{
	regs->ax = regs->orig_ax;
}

static inline long syscall_get_return_value(struct task_struct *task, struct pt_regs *regs)
{
	return regs->ax;
}

static inline long syscall_get_error(struct task_struct *task, struct pt_regs *regs)
{
	return IS_ERR_VALUE(regs->ax) ? regs->ax : 0;
}

static inline void syscall_set_return_value(struct task_struct *task, struct pt_regs *regs,
					    int error, long value)
{
	regs->ax = error ? (long)error : value;
}

static inline void syscall_get_arguments(struct task_struct *task, struct pt_regs *regs,
					 unsigned long *args)
{
	const unsigned long in_order[] = {
		regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9,
	};

	memcpy(args, in_order, sizeof(in_order));
}

/* The vDSO has no signal restorer: programs bring their own. */
static inline bool arch_syscall_is_vdso_sigreturn(struct pt_regs *regs)
{
	return false;
}

static inline int syscall_get_arch(struct task_struct *task)
{
	return AUDIT_ARCH_X86_64;
}

#endif /* _ASM_UM_SYSCALL_H */
