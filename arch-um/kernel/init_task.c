// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_task.c - define the variable that holds `current`
 *
 * process.c sets the variable at every switch. The gdb scripts of the generic tree read it too.
 */
#include <linux/export.h>
#include <linux/init_task.h>
#include <asm/current.h>

struct cpu_task cpu_tasks[NR_CPUS] = { [0].task = &init_task };
EXPORT_SYMBOL(cpu_tasks);
