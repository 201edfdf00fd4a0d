// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_task.c - the variable that names the running task
 *
 * Set at every switch (process.c). scripts/gdb finds the current task through it.
 */
#include <linux/export.h>
#include <linux/init_task.h>
#include <asm/current.h>

struct cpu_task cpu_tasks[NR_CPUS] = { [0].task = &init_task };
EXPORT_SYMBOL(cpu_tasks);
