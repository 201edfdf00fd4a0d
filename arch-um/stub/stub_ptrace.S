/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub_ptrace.S - make system calls inside the guest processes of the ptrace engine
 *
 * Runs when engine_ptrace.c sets the instruction pointer of a guest process to one of the entries.
 * The code uses registers and the read-only data page, but no stack. Each entry ends with int3,
 * which the engine waits for. Guest code that jumps here gains nothing: the host stops the system
 * calls made here like all others, and the guest's kernel handles them.
 */
#include <um/stub.h>

	.section .um.stub, "ax"

/* stub_call: make one system call; number and arguments in their registers, result in rax */
	.globl	stub_call
stub_call:
	syscall
	int3

/*
 * stub_batch: carry out the commands in the data page at rbx.
 * At int3: r12 = number of commands done, rax = result of the last one.
 */
	.globl	stub_batch
stub_batch:
	xorl	%r12d, %r12d
	xorl	%eax, %eax
	leaq	STUB_COMMANDS(%rbx), %r13
1:	cmpq	STUB_NR(%rbx), %r12
	jae	2f
	movq	0(%r13), %rax
	movq	8(%r13), %rdi
	movq	16(%r13), %rsi
	movl	24(%r13), %edx
	movl	$0x8011, %r10d		/* MAP_SHARED | MAP_FIXED | MAP_POPULATE, for mmap */
	movl	28(%r13), %r8d
	movq	32(%r13), %r9
	syscall
	cmpq	$-4096, %rax
	ja	2f
	incq	%r12
	addq	$STUB_COMMAND_SIZE, %r13
	jmp	1b
2:	int3

	.section .note.GNU-stack, "", @progbits
