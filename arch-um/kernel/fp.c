// SPDX-License-Identifier: GPL-2.0-only
/*
 * fp.c - save and load the FP and vector registers of guest tasks
 *
 * Moving 2.7 KB of AVX-512 state at each stop would double the cost of a system call. So the state
 * stays in the registers of the space until another task of the same address space runs, or the
 * kernel needs it.
 *
 * Invariant: context->fp_owner == task  <=>  task->thread.fp_context == context, and then
 * thread.fp may be out of date. All functions run in task context, on the machine's one thread, and
 * no guest code runs at the same time.
 *
 * Called by process.c (fork, exec, exit), the run loop (guest.c), signal.c, ptrace.c, and by
 * mm/mmspace.c when an address space ends.
 */
#include <asm/um_fp.h>

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <asm/processor.h>
#include <um/host.h>

#define XSAVE_HEADER	512	/* offset of xstate_bv in an XSAVE image, in bytes */
#define FXSAVE_MXCSR	24

static struct kmem_cache *fp_cache;

/* Called by generic code before it creates the first task. */
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
	/* Cannot fail: signal.c and ptrace.c checked the state when the guest wrote it. */
	host_space_fp_set(context->space, current->thread.fp);
	context->fp_owner = current;
	current->thread.fp_context = context;
}

int fp_sanitize(void *fp)
{
	u64 *header = fp + XSAVE_HEADER;
	u32 *mxcsr = fp + FXSAVE_MXCSR;
	unsigned int i;

	if (header[0] & ~host_fp_features())
		return -EINVAL;
	for (i = 1; i < 8; i++)
		if (header[i])
			return -EINVAL;
	*mxcsr &= 0xffff;
	return 0;
}
