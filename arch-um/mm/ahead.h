/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahead.h - make pages that a task is about to touch, before it does
 */
#ifndef UM_MM_AHEAD_H
#define UM_MM_AHEAD_H

#include <linux/mm_types.h>
#include <um/host.h>

/* The task for which ahead_make() is to be called before its guest code runs; NULL: none. */
extern struct task_struct *ahead_due;

/* ahead_make - make them for current, which is about to go on with @regs. May sleep. */
void ahead_make(const struct pt_regs *regs);

/* ahead_fork - current, with @parent, makes @child. ahead_forget - @mm ends. */
void ahead_fork(const struct mm_struct *parent, const struct mm_struct *child);
void ahead_forget(const struct mm_struct *mm);

/* ahead_note - guest code of @mm had to wait for the page of @addr. */
void ahead_note(const struct mm_struct *mm, unsigned long addr, enum guest_access access);

#endif /* UM_MM_AHEAD_H */
