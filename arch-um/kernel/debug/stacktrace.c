// SPDX-License-Identifier: GPL-2.0-only
/*
 * stacktrace.c - walk the stack of kernel code by its frame pointers
 *
 * Called by generic code and oops.c in any context, for `current` or for a task that sleeps. The
 * kernel is built with frame pointers. Each frame must lie on the task's stack, above the previous
 * one, so a damaged chain ends the walk.
 */
#include <linux/kallsyms.h>
#include <linux/sched/debug.h>
#include <linux/sched/task_stack.h>
#include <linux/stacktrace.h>
#include <asm/stacktrace.h>
#include <asm/um_switch.h>

static bool frame_valid(struct task_struct *task, const struct um_frame *frame)
{
	unsigned long offset = (unsigned long)frame - (unsigned long)task_stack_page(task);

	return offset <= THREAD_SIZE - sizeof(*frame) && IS_ALIGNED(offset, sizeof(long));
}

noinline void arch_stack_walk(stack_trace_consume_fn consume, void *cookie,
			      struct task_struct *task, struct pt_regs *regs)
{
	struct um_frame *frame;

	if (regs) {
		if (!consume(cookie, regs->ip))
			return;
		frame = (struct um_frame *)regs->bp;
	} else if (task == current) {
		frame = __builtin_frame_address(0);
	} else {
		const struct um_switch_frame *sleeping = (void *)task->thread.sp;

		if (!consume(cookie, sleeping->return_address))
			return;
		frame = (struct um_frame *)sleeping->bp;
	}

	while (frame_valid(task, frame) && __kernel_text_address(frame->return_address)) {
		if (!consume(cookie, frame->return_address))
			return;
		if (frame->next <= frame)
			return;
		frame = frame->next;
	}
}

struct print_state {
	const char *loglevel;
};

static bool print_entry(void *cookie, unsigned long addr)
{
	struct print_state *state = cookie;

	printk("%s  [<%016lx>] %pS\n", state->loglevel, addr, (void *)addr);
	return true;
}

static void stack_print(struct task_struct *task, struct pt_regs *regs, const char *loglevel)
{
	struct print_state state = { loglevel };

	printk("%sCall Trace:\n", loglevel);
	arch_stack_walk(print_entry, &state, task, regs);
}

void show_stack(struct task_struct *task, unsigned long *sp, const char *loglevel)
{
	stack_print(task ?: current, NULL, loglevel);
}

void show_regs(struct pt_regs *regs)
{
	show_regs_print_info(KERN_DEFAULT);
	printk("IP: %016lx %pS\n", regs->ip, user_mode(regs) ? NULL : (void *)regs->ip);
	printk("SP: %016lx FLAGS: %08lx ORIG_AX: %016lx\n", regs->sp, regs->flags, regs->orig_ax);
	printk("AX: %016lx BX: %016lx CX: %016lx\n", regs->ax, regs->bx, regs->cx);
	printk("DX: %016lx SI: %016lx DI: %016lx\n", regs->dx, regs->si, regs->di);
	printk("BP: %016lx R8: %016lx R9: %016lx\n", regs->bp, regs->r8, regs->r9);
	printk("R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	printk("R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);
	if (!user_mode(regs))
		stack_print(current, regs, KERN_DEFAULT);
}

static bool wchan_entry(void *cookie, unsigned long addr)
{
	unsigned long *found = cookie;

	if (in_sched_functions(addr))
		return true;
	*found = addr;
	return false;
}

unsigned long __get_wchan(struct task_struct *task)
{
	unsigned long found = 0;

	arch_stack_walk(wchan_entry, &found, task, NULL);
	return found;
}
