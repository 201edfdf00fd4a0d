/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start.S - execute the first instructions of the process
 *
 * The host has put argc, argv, envp and the auxiliary vector on the initial stack. Switch to the
 * stack of the boot task and pass the old stack pointer to host_boot() (host/process/boot.c). As on
 * every kernel stack, the top is reserved for the task's registers (asm/processor.h).
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
