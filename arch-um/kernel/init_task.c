// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_task.c - the variable behind `current`
 *
 * process.c sets it at every switch. The generic tree's gdb scripts read it too.
 */
#include <linux/export.h>
#include <linux/init_task.h>
#include <asm/current.h>

struct cpu_task cpu_tasks[NR_CPUS] = { [0].task = &init_task };
EXPORT_SYMBOL(cpu_tasks);
