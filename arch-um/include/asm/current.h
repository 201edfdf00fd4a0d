/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * current.h - `current`, the running task, is a plain variable (kernel/init_task.c)
 */
#ifndef _ASM_UM_CURRENT_H
#define _ASM_UM_CURRENT_H

#ifndef __ASSEMBLY__
struct task_struct;

/* scripts/gdb/linux/cpus.py of the generic tree relies on this name and layout. */
struct cpu_task {
	struct task_struct *task;
};
extern struct cpu_task cpu_tasks[];

static __always_inline struct task_struct *get_current(void)
{
	return cpu_tasks[0].task;
}

#define current get_current()
#endif

#endif /* _ASM_UM_CURRENT_H */
