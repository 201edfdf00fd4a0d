/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugreg.h - keep and load the debug registers of guest tasks
 */
#ifndef UM_KERNEL_DEBUGREG_H
#define UM_KERNEL_DEBUGREG_H

struct task_struct;

/* debugreg_enter - load the debug registers of @task into its space before @task runs. */
void debugreg_enter(struct task_struct *task);

/* debugreg_clear - remove all watchpoints of @task. */
void debugreg_clear(struct task_struct *task);

/*
 * debugreg_get - return debug register @nr (0 to 7) of @task.
 * debugreg_set - set debug register @nr of @task. Returns 0, -EINVAL or -EIO.
 */
unsigned long debugreg_get(struct task_struct *task, unsigned int nr);
int debugreg_set(struct task_struct *task, unsigned int nr, unsigned long value);

#endif /* UM_KERNEL_DEBUGREG_H */
