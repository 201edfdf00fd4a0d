// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptrace.c - give debuggers in the guest and core dumps the registers of guest tasks
 *
 * Called by generic ptrace and core dump code in task context, while the target is stopped. The
 * regs_*() functions at the end of the file serve user_mode(), tracing and BPF in any context.
 * struct pt_regs has the layout of user_regs_struct, so general registers need no conversion.
 * register_set() checks each word that a debugger writes.
 */
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <linux/regset.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/prctl.h>
#include <asm/ptrace-abi.h>
#include <asm/um_fp.h>
#include <asm/user.h>
#include <um/host.h>
#include "debugreg.h"

static_assert(sizeof(struct pt_regs) == sizeof(struct user_regs_struct));
/* host/guest/debug_regs.c relies on this offset. */
static_assert(offsetof(struct user, u_debugreg) == 848);
static_assert(offsetof(struct pt_regs, orig_ax) == offsetof(struct user_regs_struct, orig_ax));
static_assert(offsetof(struct pt_regs, fs_base) == offsetof(struct user_regs_struct, fs_base));

#define FLAGS_USER (X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
		    X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | \
		    X86_EFLAGS_RF | X86_EFLAGS_AC)
#define XSAVE_FEATURES_WORD 464

/* Store @value at byte @offset of the registers, if guest code may have this value there. */
static int register_set(struct task_struct *task, unsigned int offset, unsigned long value)
{
	struct pt_regs *regs = task_pt_regs(task);

	switch (offset) {
	case offsetof(struct pt_regs, flags):
		regs->flags = (regs->flags & ~FLAGS_USER) | (value & FLAGS_USER);
		return 0;
	case offsetof(struct pt_regs, fs_base):
	case offsetof(struct pt_regs, gs_base):
		if (value >= TASK_SIZE)
			return -EIO;
		break;
	case offsetof(struct pt_regs, cs):
	case offsetof(struct pt_regs, ss):
		/* Only the flat segments are accepted, and writing them changes nothing. */
		if (value != UM_USER_CS && value != UM_USER_SS)
			return -EIO;
		return 0;
	case offsetof(struct pt_regs, ds):
	case offsetof(struct pt_regs, es):
	case offsetof(struct pt_regs, fs):
	case offsetof(struct pt_regs, gs):
		/* As on a processor with flat segments only: all other selectors load as null. */
		if (value && (value & 3) != 3)
			return -EIO;
		if (value != UM_USER_CS && value != UM_USER_SS)
			value = 0;
		break;
	}
	*(unsigned long *)((char *)regs + offset) = value;
	return 0;
}

static int gpr_get(struct task_struct *target, const struct user_regset *regset,
		   struct membuf to)
{
	return membuf_write(&to, task_pt_regs(target), sizeof(struct pt_regs));
}

static int gpr_set(struct task_struct *target, const struct user_regset *regset,
		   unsigned int pos, unsigned int count, const void *kbuf,
		   const void __user *ubuf)
{
	struct pt_regs regs = *task_pt_regs(target);
	unsigned int offset;
	int error;

	error = user_regset_copyin(&pos, &count, &kbuf, &ubuf, &regs, 0, sizeof(regs));
	for (offset = 0; !error && offset < sizeof(regs); offset += sizeof(long))
		error = register_set(target, offset, *(unsigned long *)((char *)&regs + offset));
	return error;
}

static int fpr_get(struct task_struct *target, const struct user_regset *regset,
		   struct membuf to)
{
	fp_sync(target);
	return membuf_write(&to, target->thread.fp, sizeof(struct user_i387_struct));
}

static int fp_install(struct task_struct *target, unsigned int pos, unsigned int count,
		      const void *kbuf, const void __user *ubuf, size_t size)
{
	void *fp = target->thread.fp;
	u64 *header = fp + sizeof(struct user_i387_struct);
	int error;

	fp_sync(target);
	fp_changed(target);
	error = user_regset_copyin(&pos, &count, &kbuf, &ubuf, fp, 0, size);
	if (size == sizeof(struct user_i387_struct))
		header[0] |= 3;		/* the image now contains x87 and SSE state */
	if (!error)
		error = fp_sanitize(fp);
	if (error)
		fp_reset(target);
	return error;
}

static int fpr_set(struct task_struct *target, const struct user_regset *regset,
		   unsigned int pos, unsigned int count, const void *kbuf,
		   const void __user *ubuf)
{
	return fp_install(target, pos, count, kbuf, ubuf, sizeof(struct user_i387_struct));
}

static int xstate_get(struct task_struct *target, const struct user_regset *regset,
		      struct membuf to)
{
	fp_sync(target);
	*(u64 *)(target->thread.fp + XSAVE_FEATURES_WORD) = host_fp_features();
	return membuf_write(&to, target->thread.fp, host_fp_size());
}

static int xstate_set(struct task_struct *target, const struct user_regset *regset,
		      unsigned int pos, unsigned int count, const void *kbuf,
		      const void __user *ubuf)
{
	if (pos || count < sizeof(struct user_i387_struct) + 64)
		return -EINVAL;
	return fp_install(target, pos, count, kbuf, ubuf, host_fp_size());
}

enum { REGSET_GENERAL, REGSET_FP, REGSET_XSTATE };

static struct user_regset um_regsets[] = {
	[REGSET_GENERAL] = {
		.core_note_type = NT_PRSTATUS,
		.n = sizeof(struct pt_regs) / sizeof(long),
		.size = sizeof(long),
		.align = sizeof(long),
		.regset_get = gpr_get,
		.set = gpr_set,
	},
	[REGSET_FP] = {
		.core_note_type = NT_PRFPREG,
		.n = sizeof(struct user_i387_struct) / sizeof(long),
		.size = sizeof(long),
		.align = sizeof(long),
		.regset_get = fpr_get,
		.set = fpr_set,
	},
	[REGSET_XSTATE] = {
		.core_note_type = NT_X86_XSTATE,
		.size = sizeof(u64),
		.align = sizeof(u64),
		.regset_get = xstate_get,
		.set = xstate_set,
	},
};

static const struct user_regset_view um_regset_view = {
	.name = "x86_64",
	.e_machine = EM_X86_64,
	.regsets = um_regsets,
	.n = ARRAY_SIZE(um_regsets),
};

static int __init ptrace_init(void)
{
	/* The size depends on the processor. */
	um_regsets[REGSET_XSTATE].n = host_fp_size() / sizeof(u64);
	return 0;
}
core_initcall(ptrace_init);

const struct user_regset_view *task_user_regset_view(struct task_struct *task)
{
	return &um_regset_view;
}

void user_enable_single_step(struct task_struct *task)
{
	set_tsk_thread_flag(task, TIF_SINGLESTEP);
	/* Make a step over a system call instruction end after the call. */
	set_task_syscall_work(task, SYSCALL_EXIT_TRAP);
}

void user_disable_single_step(struct task_struct *task)
{
	clear_tsk_thread_flag(task, TIF_SINGLESTEP);
	clear_task_syscall_work(task, SYSCALL_EXIT_TRAP);
}

/* Does not clear the debug registers: a tracer removes its watchpoints before it detaches. */
void ptrace_disable(struct task_struct *task)
{
	user_disable_single_step(task);
}

/* Returns the number of the debug register at offset @addr of struct user, or -1. */
static int debug_register(unsigned long addr)
{
	unsigned long nr = (addr - offsetof(struct user, u_debugreg)) / sizeof(long);

	return addr >= offsetof(struct user, u_debugreg) && nr < 8 ? nr : -1;
}

long arch_ptrace(struct task_struct *child, long request, unsigned long addr,
		 unsigned long data)
{
	void __user *user = (void __user *)data;
	unsigned long value;

	switch (request) {
	case PTRACE_PEEKUSR:
		if (addr % sizeof(long) || addr >= sizeof(struct user))
			return -EIO;
		value = 0;
		if (addr < sizeof(struct pt_regs))
			value = *(unsigned long *)((char *)task_pt_regs(child) + addr);
		else
			value = debugreg_get(child, debug_register(addr));
		return put_user(value, (unsigned long __user *)user);
	case PTRACE_POKEUSR:
		if (addr % sizeof(long) || addr >= sizeof(struct user))
			return -EIO;
		if (addr < sizeof(struct pt_regs))
			return register_set(child, addr, data);
		if (debug_register(addr) >= 0)
			return debugreg_set(child, debug_register(addr), data);
		return -EIO;
	case PTRACE_GETREGS:
		return copy_regset_to_user(child, &um_regset_view, REGSET_GENERAL, 0,
					   sizeof(struct pt_regs), user);
	case PTRACE_SETREGS:
		return copy_regset_from_user(child, &um_regset_view, REGSET_GENERAL, 0,
					     sizeof(struct pt_regs), user);
	case PTRACE_GETFPREGS:
		return copy_regset_to_user(child, &um_regset_view, REGSET_FP, 0,
					   sizeof(struct user_i387_struct), user);
	case PTRACE_SETFPREGS:
		return copy_regset_from_user(child, &um_regset_view, REGSET_FP, 0,
					     sizeof(struct user_i387_struct), user);
	case PTRACE_ARCH_PRCTL:
		switch (data) {
		case ARCH_SET_FS:
			return register_set(child, offsetof(struct pt_regs, fs_base), addr);
		case ARCH_SET_GS:
			return register_set(child, offsetof(struct pt_regs, gs_base), addr);
		case ARCH_GET_FS:
			return put_user(task_pt_regs(child)->fs_base, (unsigned long __user *)addr);
		case ARCH_GET_GS:
			return put_user(task_pt_regs(child)->gs_base, (unsigned long __user *)addr);
		}
		return -EINVAL;
	}
	return ptrace_request(child, request, addr, data);
}

bool regs_are_guest(const struct pt_regs *regs)
{
	return regs == current_pt_regs() && current->mm;
}
EXPORT_SYMBOL(regs_are_guest);

/* Register names for tracing and BPF. */
static const char *const register_names[] = {
	"r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx",
	"si", "di", "orig_ax", "ip", "cs", "flags", "sp", "ss",
};

int regs_query_register_offset(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(register_names); i++)
		if (!strcmp(register_names[i], name))
			return i * sizeof(long);
	return -EINVAL;
}

const char *regs_query_register_name(unsigned int offset)
{
	unsigned int i = offset / sizeof(long);

	return offset % sizeof(long) || i >= ARRAY_SIZE(register_names) ? NULL : register_names[i];
}

unsigned long regs_get_kernel_stack_nth(struct pt_regs *regs, unsigned int n)
{
	unsigned long *word = (unsigned long *)regs->sp + n;

	if ((unsigned long)word - (unsigned long)current->stack >= THREAD_SIZE)
		return 0;
	return *word;
}

unsigned long regs_get_kernel_argument(struct pt_regs *regs, unsigned int n)
{
	const unsigned long in_order[] = {
		regs->di, regs->si, regs->dx, regs->cx, regs->r8, regs->r9,
	};

	return n < ARRAY_SIZE(in_order) ? in_order[n] : 0;
}
