// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugreg.c - keep and load the debug registers (hardware watchpoints) of guest tasks
 *
 * A debugger in the guest sets the registers through ptrace (ptrace.c). The registers belong to the
 * task. Before the task runs, guest.c loads them into the task's space, and the host side writes
 * them to the processor through ptrace. process.c clears them. All functions run in task context.
 */
#include "debugreg.h"

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/processor.h>
#include <um/host.h>

unsigned long debugreg_get(struct task_struct *task, unsigned int nr)
{
	const struct thread_struct *thread = &task->thread;

	switch (nr) {
	case 0 ... 3:
		return thread->debug_addr[nr];
	case 6:
		return thread->debug_status;
	case 7:
		return thread->debug_control;
	}
	return 0;
}

void debugreg_enter(struct task_struct *task)
{
	const struct thread_struct *thread = &task->thread;
	struct host_debug debug = { .control = thread->debug_control };

	memcpy(debug.addr, thread->debug_addr, sizeof(debug.addr));
	host_space_debug_set(task->mm->context.space, &debug);
}

void debugreg_clear(struct task_struct *task)
{
	struct thread_struct *thread = &task->thread;

	memset(thread->debug_addr, 0, sizeof(thread->debug_addr));
	thread->debug_control = thread->debug_status = 0;
}

/* Lets the host decide whether a control value, or an address below TASK_SIZE, is valid. */
int debugreg_set(struct task_struct *task, unsigned int nr, unsigned long value)
{
	struct thread_struct *thread = &task->thread;
	struct host_debug debug = { .control = thread->debug_control };
	int error;

	if (nr == 6) {
		thread->debug_status = value;
		return 0;
	}
	if (nr < 4 && value >= TASK_SIZE)
		return -EINVAL;
	if (nr == 4 || nr == 5 || !task->mm || !task->mm->context.space)
		return -EIO;
	memcpy(debug.addr, thread->debug_addr, sizeof(debug.addr));
	if (nr == 7)
		debug.control = value;
	else
		debug.addr[nr] = value;
	error = host_space_debug_set(task->mm->context.space, &debug);
	if (error)
		return error;
	memcpy(thread->debug_addr, debug.addr, sizeof(debug.addr));
	thread->debug_control = debug.control;
	return 0;
}
