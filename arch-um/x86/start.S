/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start.S - first instruction of the process
 *
 * The host leaves argc, argv, envp and the auxiliary vector on its stack; host_boot()
 * reads them there, already on the stack of the boot task. That stack's top holds
 * the task's registers, as every task's (asm/processor.h).
 */
#include <linux/linkage.h>
#include <asm/thread_info.h>
#include <generated/asm-offsets.h>

	.section .head.text, "ax"
SYM_CODE_START(_start)
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	movq	$init_stack + THREAD_SIZE - PT_REGS_SIZE, %rsp
	andq	$-16, %rsp
	call	host_boot
	ud2
SYM_CODE_END(_start)

	.section .note.GNU-stack, "", @progbits
