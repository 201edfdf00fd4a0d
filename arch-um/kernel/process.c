// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.c - create, switch, exec, idle
 *
 * A new task's kernel stack is laid out so that the first switch to it returns into
 * um_ret_from_fork (x86/switch.S), which calls um_fork_tail() below.
 */
#include <linux/cpu.h>
#include <linux/entry-common.h>
#include <linux/hw_breakpoint.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/debug.h>
#include <linux/sched/idle.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/tick.h>
#include <asm/current.h>
#include <asm/exec.h>
#include <asm/prctl.h>
#include <asm/switch_to.h>
#include <um/host.h>
#include "../mm/ahead.h"
#include "kernel_internal.h"

/* What um_switch_stacks() finds on the stack of a task that has not run yet. */
struct fork_frame {
	unsigned long r15, r14, r13, r12, bx, bp;
	unsigned long return_address;
};

struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	cpu_tasks[0].task = next;
	return um_switch_stacks(prev, next);
}

asmlinkage __visible void __noreturn um_fork_tail(struct task_struct *prev,
						  int (*fn)(void *), void *arg);

asmlinkage __visible void __noreturn um_fork_tail(struct task_struct *prev,
						  int (*fn)(void *), void *arg)
{
	schedule_tail(prev);
	/* A kernel thread comes back from @fn only after kernel_execve(). */
	if (fn)
		fn(arg);
	ahead_make(current_pt_regs());
	syscall_exit_to_user_mode(current_pt_regs());
	guest_loop();
}

int arch_dup_task_struct(struct task_struct *to, struct task_struct *from)
{
	*to = *from;
	to->thread.fp = NULL;
	to->thread.fp_context = NULL;
	debug_clear(to);
	return 0;
}

/*
 * The start of the host's user address range and an address that no page can have both
 * make a bad segment base; hardware refuses only the second, by #GP.
 */
static bool base_valid(unsigned long base)
{
	return base < UM_TASK_SIZE;
}

int copy_thread(struct task_struct *task, const struct kernel_clone_args *args)
{
	struct pt_regs *regs = task_pt_regs(task);
	struct fork_frame *frame = (struct fork_frame *)regs - 1;
	int error;

	if (args->flags & CLONE_SETTLS && !base_valid(args->tls))
		return -EPERM;
	error = fp_alloc(task);
	if (error)
		return error;

	*frame = (struct fork_frame) { .return_address = (unsigned long)um_ret_from_fork };
	task->thread.sp = (unsigned long)frame;

	if (args->fn) {
		memset(regs, 0, sizeof(*regs));
		host_fp_default(task->thread.fp);
		frame->bx = (unsigned long)args->fn;
		frame->r12 = (unsigned long)args->fn_arg;
		return 0;
	}

	*regs = *current_pt_regs();
	regs->ax = 0;
	if (args->stack)
		regs->sp = args->stack;
	if (args->flags & CLONE_SETTLS)
		regs->fs_base = args->tls;
	fp_sync(current);
	memcpy(task->thread.fp, current->thread.fp, host_fp_size());
	return 0;
}

void arch_release_task_struct(struct task_struct *task)
{
	fp_release(task);
}

void exit_thread(struct task_struct *task)
{
	/* The registers of the space may go to another task from now on. */
	fp_changed(task);
}

void flush_thread(void)
{
	fp_reset(current);
	debug_clear(current);
}

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
	*regs = (struct pt_regs) {
		.ip = ip, .sp = sp, .cs = UM_USER_CS, .ss = UM_USER_SS,
		.flags = X86_EFLAGS_IF, .orig_ax = -1UL,
	};
	ahead_due = current;
}
EXPORT_SYMBOL_GPL(start_thread);

SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, arg2)
{
	struct pt_regs *regs = current_pt_regs();

	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (!base_valid(arg2))
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

static u64 last_sleep;	/* ns */

/*
 * The generic loop stops the tick once it has disturbed a sleep. A machine that sleeps for long between
 * its events would be woken twice by each of them: so after a long sleep the tick stops
 * at once. Where sleeps are short (a disk answers, a peer does), it goes on: to stop it and to start it
 * again are system calls.
 */
void arch_cpu_idle_enter(void)
{
	if (last_sleep >= TICK_NSEC)
		tick_nohz_idle_stop_tick();
}

void arch_cpu_idle(void)
{
	u64 start = sched_clock();

	/* Interrupts are off; an event that is pending already ends the sleep at once. */
	clock_idle();
	last_sleep = sched_clock() - start;
	raw_local_irq_enable();
	raw_local_irq_disable();
}

unsigned long arch_align_stack(unsigned long sp)
{
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize_va_space)
		sp -= get_random_u32_below(8192);
	return sp & ~0xfUL;
}

unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	return randomize_page(mm->brk, SZ_32M);
}
