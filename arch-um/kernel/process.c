// SPDX-License-Identifier: GPL-2.0-only
/*
 * process.c - create tasks, switch between them, start programs, idle
 *
 * Called by generic code in task context. copy_thread() prepares the kernel stack of a new task so
 * that the first switch to the task returns to um_ret_from_fork() (x86/switch.S), which calls
 * fork_tail() below.
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
#include <linux/tick.h>
#include <asm/current.h>
#include <asm/exec.h>
#include <asm/switch_to.h>
#include <um/host.h>
#include <asm/um_ahead.h>
#include <asm/um_clock.h>
#include <asm/um_fp.h>
#include <asm/um_switch.h>
#include "debugreg.h"
#include "guest.h"

struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	cpu_tasks[0].task = next;
	return um_switch_stacks(prev, next);
}

/* Called by um_ret_from_fork() on the stack of a new task. */
static void __noreturn fork_tail(struct task_struct *prev, int (*fn)(void *), void *arg)
{
	schedule_tail(prev);
	/* If the function of a kernel thread returns, it has called kernel_execve(). */
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
	debugreg_clear(to);
	return 0;
}

int copy_thread(struct task_struct *task, const struct kernel_clone_args *args)
{
	struct pt_regs *regs = task_pt_regs(task);
	struct um_switch_frame *frame = (struct um_switch_frame *)regs - 1;
	int error;

	if (args->flags & CLONE_SETTLS && args->tls >= TASK_SIZE)
		return -EPERM;
	error = fp_alloc(task);
	if (error)
		return error;

	*frame = (struct um_switch_frame) {
		.return_address = (unsigned long)um_ret_from_fork,
		.r13 = (unsigned long)fork_tail,
	};
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
	/* From now on another task may use the registers of the space. */
	fp_changed(task);
}

void flush_thread(void)
{
	fp_reset(current);
	debugreg_clear(current);
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

static u64 last_sleep;	/* ns */

/*
 * The generic idle loop stops the tick only after a tick has interrupted a sleep. On a machine with
 * long sleeps each event would therefore cost two wake-ups. So after a sleep longer than a tick,
 * stop the tick at once. After a short sleep (waiting for a disk or a peer) leave the tick running,
 * because stopping and starting it costs system calls.
 */
void arch_cpu_idle_enter(void)
{
	if (last_sleep >= TICK_NSEC)
		tick_nohz_idle_stop_tick();
}

void arch_cpu_idle(void)
{
	u64 start = sched_clock();

	/* Interrupts are off. An event that is already pending ends the sleep at once. */
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
