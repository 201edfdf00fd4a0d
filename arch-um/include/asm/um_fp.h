/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_fp.h - FP and vector state of guest tasks
 *
 * Implemented in kernel/fp.c, used by kernel/ and mm/. Task context.
 */
#ifndef _ASM_UM_UM_FP_H
#define _ASM_UM_UM_FP_H

struct task_struct;
struct um_mm_context;

/* fp_alloc - give @task memory for its state; fp_release frees it. */
int fp_alloc(struct task_struct *task);
void fp_release(struct task_struct *task);

/* fp_enter - the space of @context is about to run current: load its state if needed. */
void fp_enter(struct um_mm_context *context);

/* fp_sync - bring @task->thread.fp up to date. */
void fp_sync(struct task_struct *task);

/* fp_changed - @task->thread.fp was written and replaces what the space holds. */
void fp_changed(struct task_struct *task);

/* fp_reset - give @task the state of a new program. */
void fp_reset(struct task_struct *task);

/* fp_drop - the space of @context is gone, and with it the registers it held. */
void fp_drop(struct um_mm_context *context);

/*
 * fp_sanitize - prepare an XSAVE image that a guest wrote for use by the processor. Clears
 * reserved bits of MXCSR; -EINVAL if XRSTOR would reject the image.
 */
int fp_sanitize(void *fp);

#endif /* _ASM_UM_UM_FP_H */
