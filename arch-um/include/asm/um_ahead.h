/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_ahead.h - make the pages that a task is about to touch before it touches them
 *
 * Implemented in mm/ahead.c, which explains the idea. Used by kernel/ and mm/.
 */
#ifndef _ASM_UM_UM_AHEAD_H
#define _ASM_UM_UM_AHEAD_H

#include <um/host.h>

struct mm_struct;
struct pt_regs;
struct task_struct;

/* The task for which ahead_make() must run before the task's guest code does; NULL: none. */
extern struct task_struct *ahead_due;

/* ahead_make - make the pages that current will probably touch next, at @regs. May sleep. */
void ahead_make(const struct pt_regs *regs);

/* ahead_fork - note that current, whose address space is @parent, is creating @child. */
void ahead_fork(const struct mm_struct *parent, const struct mm_struct *child);

/* ahead_forget - forget @mm, which is being destroyed. */
void ahead_forget(const struct mm_struct *mm);

/* ahead_note - note that guest code of @mm faulted on the page of @addr. */
void ahead_note(const struct mm_struct *mm, unsigned long addr, enum guest_access access);

#endif /* _ASM_UM_UM_AHEAD_H */
