// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmspace.c - one host process per address space
 *
 * The space is made with the mm, so that a host which refuses another process shows
 * up as a fork() that fails, not as a dead guest process later.
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
	bool forked = mm->context.space;
	int error;

	/* fork copied the parent's: it is not ours. vdso stays, the mapping was copied too. */
	mm->context.space = NULL;
	mm->context.fp_owner = NULL;
	error = host_space_create(&mm->context.space);
	if (!error && forked)
		ahead_fork(current->mm, mm);
	return error;
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
