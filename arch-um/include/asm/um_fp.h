/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_fp.h - keep the FP and vector state of guest tasks
 *
 * Implemented in kernel/fp.c, used by kernel/ and mm/. Task context.
 */
#ifndef _ASM_UM_UM_FP_H
#define _ASM_UM_UM_FP_H

struct task_struct;
struct um_mm_context;

/*
 * fp_alloc - give @task memory for its state. 0 or -errno.
 * fp_release - free the memory from fp_alloc().
 */
int fp_alloc(struct task_struct *task);
void fp_release(struct task_struct *task);

/* fp_enter - load the state of current, which is about to run, into the space of @context. */
void fp_enter(struct um_mm_context *context);

/* fp_sync - bring @task->thread.fp up to date. */
void fp_sync(struct task_struct *task);

/* fp_changed - let @task->thread.fp, which has been changed, replace the state in the space. */
void fp_changed(struct task_struct *task);

/* fp_reset - give @task the state of a new program. */
void fp_reset(struct task_struct *task);

/* fp_drop - forget the registers that the space of @context held; the space is gone. */
void fp_drop(struct um_mm_context *context);

/*
 * fp_sanitize - check an XSAVE image that a guest wrote, before the processor loads it. Clears
 * reserved bits of MXCSR. -EINVAL: XRSTOR would reject the image.
 */
int fp_sanitize(void *fp);

#endif /* _ASM_UM_UM_FP_H */
