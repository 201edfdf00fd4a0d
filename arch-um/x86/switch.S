/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.S - exchange kernel stacks; run the first code of new tasks and of an oops
 *
 * asm/um_switch.h declares the functions and the stack layout of a sleeping task. process.c uses
 * them to switch between tasks and to start new ones, oops.c to report an oops. All of them run
 * with interrupts off.
 */
#include <linux/linkage.h>
#include <generated/asm-offsets.h>

/* um_switch_stacks(prev in rdi, next in rsi): returns prev, on the stack of next */
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
 * An oops continues here. rax is the function to call; rdi and rsp point to a block that starts
 * with the registers of the fault. The call frame information leads debuggers to the failed code.
 */
	.cfi_sections .debug_frame
SYM_CODE_START(um_oops_entry)
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 0
	.cfi_offset %rip, PT_REGS_IP
	.cfi_offset %rsp, PT_REGS_SP
	call	*%rax
	ud2
	.cfi_endproc
SYM_CODE_END(um_oops_entry)

/*
 * First code of a new task. rax is the task that ran before; rbx, r12 and r13 come from the frame
 * that copy_thread() made. Calls the function in r13 with rax, rbx and r12 as arguments.
 */
SYM_CODE_START(um_ret_from_fork)
	.cfi_startproc
	.cfi_undefined %rip
	movq	%rax, %rdi
	movq	%rbx, %rsi
	movq	%r12, %rdx
	xorl	%ebp, %ebp
	andq	$-16, %rsp
	call	*%r13
	ud2
	.cfi_endproc
SYM_CODE_END(um_ret_from_fork)
