// SPDX-License-Identifier: GPL-2.0-only
/*
 * fp.c - whose FP and vector registers a guest process of the host holds
 *
 * Moving 2.7 KB of AVX-512 state at each stop would double the cost of a system call,
 * so the state stays in the processor registers of the space until another task of the
 * same address space runs, or the kernel has to look.
 *
 * Invariant: context->fp_owner == task  <=>  task->thread.fp_context == context, and then
 * thread.fp may be out of date. All calls run in the machine's thread, so guest code
 * stands still meanwhile.
 */
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <asm/processor.h>
#include <um/host.h>
#include "kernel_internal.h"

static struct kmem_cache *fp_cache;

/* Called before the first task is made. */
void __init arch_task_cache_init(void)
{
	fp_cache = kmem_cache_create("um_fp", host_fp_size(), 64, SLAB_PANIC | SLAB_ACCOUNT, NULL);
}

int fp_alloc(struct task_struct *task)
{
	task->thread.fp = kmem_cache_alloc(fp_cache, GFP_KERNEL);
	return task->thread.fp ? 0 : -ENOMEM;
}

void fp_changed(struct task_struct *task)
{
	if (task->thread.fp_context)
		task->thread.fp_context->fp_owner = NULL;
	task->thread.fp_context = NULL;
}

void fp_sync(struct task_struct *task)
{
	struct um_mm_context *context = task->thread.fp_context;

	if (context && context->space)
		host_space_fp_get(context->space, task->thread.fp);
}

void fp_drop(struct um_mm_context *context)
{
	if (context->fp_owner)
		fp_changed(context->fp_owner);
}

void fp_reset(struct task_struct *task)
{
	fp_changed(task);
	host_fp_default(task->thread.fp);
}

void fp_release(struct task_struct *task)
{
	fp_changed(task);
	if (task->thread.fp)
		kmem_cache_free(fp_cache, task->thread.fp);
	task->thread.fp = NULL;
}

void fp_enter(struct um_mm_context *context)
{
	struct task_struct *owner = context->fp_owner;

	if (likely(owner == current))
		return;
	if (owner) {
		fp_sync(owner);
		fp_changed(owner);
	}
	/* What guests may write was checked when they wrote it (signal.c, ptrace.c). */
	host_space_fp_set(context->space, current->thread.fp);
	context->fp_owner = current;
	current->thread.fp_context = context;
}
