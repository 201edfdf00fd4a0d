/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ptrace.h - define the registers of a guest task
 */
#ifndef _ASM_UM_PTRACE_H
#define _ASM_UM_PTRACE_H

/*
 * struct pt_regs has the layout of the host's user_regs_struct, including its last six words. So
 * the registers go to and from the host unchanged (um/host.h), and debuggers in the guest get them
 * unchanged as NT_PRSTATUS.
 */
#ifndef __ASSEMBLY__
#include <uapi/asm/ptrace.h>
#include <linux/types.h>

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
	unsigned long fs_base, gs_base, ds, es, fs, gs;
};

#define UM_USER_CS	0x33
#define UM_USER_SS	0x2b

/*
 * Guest registers are recognised by their place at the top of the kernel stack. The segments of
 * kernel code are the same, because the kernel is a host process and runs in user mode too.
 */
bool regs_are_guest(const struct pt_regs *regs);
#define user_mode(regs)			regs_are_guest(regs)

#define instruction_pointer(regs)	((regs)->ip)
#define user_stack_pointer(regs)	((regs)->sp)
#define kernel_stack_pointer(regs)	((regs)->sp)
#define frame_pointer(regs)		((regs)->bp)
#define profile_pc(regs)		((regs)->ip)
#define GET_IP(regs)			((regs)->ip)

static inline void instruction_pointer_set(struct pt_regs *regs, unsigned long ip)
{
	regs->ip = ip;
}

static inline void user_stack_pointer_set(struct pt_regs *regs, unsigned long sp)
{
	regs->sp = sp;
}

static inline unsigned long regs_return_value(struct pt_regs *regs)
{
	return regs->ax;
}

static inline void regs_set_return_value(struct pt_regs *regs, unsigned long value)
{
	regs->ax = value;
}

static inline bool regs_irqs_disabled(struct pt_regs *regs)
{
	return false;
}

#define arch_has_single_step()	(1)

int regs_query_register_offset(const char *name);
const char *regs_query_register_name(unsigned int offset);

static inline unsigned long regs_get_register(struct pt_regs *regs, unsigned int offset)
{
	return offset < sizeof(*regs) ? *(unsigned long *)((char *)regs + offset) : 0;
}

unsigned long regs_get_kernel_stack_nth(struct pt_regs *regs, unsigned int n);
unsigned long regs_get_kernel_argument(struct pt_regs *regs, unsigned int n);
#endif

#endif /* _ASM_UM_PTRACE_H */
