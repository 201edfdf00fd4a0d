/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.S - exchange kernel stacks
 *
 * Called from process.c with interrupts off. Layout of what lies on a sleeping task's
 * stack: struct fork_frame there.
 */
#include <linux/linkage.h>
#include <generated/asm-offsets.h>

/* struct task_struct *um_switch_stacks(prev in rdi, next in rsi): returns prev, on next's stack */
SYM_FUNC_START(um_switch_stacks)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, TASK_THREAD_SP(%rdi)
	movq	TASK_THREAD_SP(%rsi), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	movq	%rdi, %rax
	ret
SYM_FUNC_END(um_switch_stacks)

/*
 * An oops goes on here: rdi = rsp = struct oops_info, which starts with the registers of the fault.
 * The call frame information leads debuggers from here to the code that failed.
 */
	.cfi_sections .debug_frame
SYM_CODE_START(um_oops_entry)
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 0
	.cfi_offset %rip, PT_REGS_IP
	.cfi_offset %rsp, PT_REGS_SP
	call	oops_end
	ud2
	.cfi_endproc
SYM_CODE_END(um_oops_entry)

/* First code of a new task: rax = task that ran before, rbx = kernel thread function, r12 = its argument */
SYM_CODE_START(um_ret_from_fork)
	.cfi_startproc
	.cfi_undefined %rip
	movq	%rax, %rdi
	movq	%rbx, %rsi
	movq	%r12, %rdx
	xorl	%ebp, %ebp
	andq	$-16, %rsp
	call	um_fork_tail
	ud2
	.cfi_endproc
SYM_CODE_END(um_ret_from_fork)
