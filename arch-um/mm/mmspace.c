// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmspace.c - create and destroy the host process of each address space
 *
 * Generic code calls init_new_context() and destroy_context() when it creates and destroys an mm.
 * The run loop (kernel/guest.c) replaces a space whose process died. The space is created together
 * with the mm: if the host refuses another process, fork() fails, and no task is killed later. All
 * functions run in task context.
 */
#include <asm/um_mmspace.h>

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <asm/mmu_context.h>
#include <asm/um_ahead.h>
#include <asm/um_fp.h>
#include <um/host.h>

int init_new_context(struct task_struct *task, struct mm_struct *mm)
{
	/* fork() has copied the parent's context. vdso stays valid: its mapping was copied too. */
	const struct host_space *parent = mm->context.space;
	int error;

	mm->context.space = NULL;
	mm->context.fp_owner = NULL;
	error = host_space_create(&mm->context.space);
	if (error || !parent)
		return error;
	host_space_sites_inherit(mm->context.space, parent);
	ahead_fork(current->mm, mm);
	return 0;
}

void destroy_context(struct mm_struct *mm)
{
	ahead_forget(mm);
	fp_drop(&mm->context);
	host_space_destroy(mm->context.space);
	mm->context.space = NULL;
}

void mmspace_lost(struct mm_struct *mm)
{
	destroy_context(mm);
}

struct host_space *mmspace_renew(struct mm_struct *mm)
{
	if (host_space_create(&mm->context.space) < 0)
		return NULL;
	return mm->context.space;
}
