/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugreg.h - debug registers of guest tasks
 */
#ifndef UM_KERNEL_DEBUGREG_H
#define UM_KERNEL_DEBUGREG_H

struct task_struct;

/* debugreg_enter - @task is about to run: load its debug registers into the space. */
void debugreg_enter(struct task_struct *task);

/* debugreg_clear - remove all watchpoints of @task. */
void debugreg_clear(struct task_struct *task);

/* debugreg_get, debugreg_set - register @nr (0 to 7) of @task. set: 0, -EINVAL or -EIO. */
unsigned long debugreg_get(struct task_struct *task, unsigned int nr);
int debugreg_set(struct task_struct *task, unsigned int nr, unsigned long value);

#endif /* UM_KERNEL_DEBUGREG_H */
