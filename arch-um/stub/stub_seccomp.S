/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub_seccomp.S - run guest code and map memory inside the guest processes of the seccomp engine
 *
 * The other side of each hand-over is host/guest/handover.c; stub_setup.c starts the threads.
 *
 * Theory of operation
 *
 * A guest process has two threads. The mapper carries out mapping work (stub_mapper). It keeps its
 * state in registers, blocks all signals and never runs guest code. The guest thread runs guest
 * code, and the code in this file whenever guest code stops. A filter turns every system call of
 * the guest thread into SIGSYS, except two futex calls at known addresses (stub_wake_call,
 * stub_wait_call).
 *
 * Guest code stops in one of two ways:
 * - By a signal (stub_signal): a system call, an exception, or a kick by the kernel process.
 *   Registers and FP state are then in the signal frame, where the kernel process reads and
 *   changes them. The stub resumes guest code by loading the frame itself. The filter forbids
 *   rt_sigreturn, because with it guest code could block our signals.
 * - By the jump of a patched system call site (stub_patched). The registers then go to the mailbox,
 *   and the FP state stays in the processor.
 *
 * Guest code may jump to any place here with any registers. So the stub never uses a register that
 * it has not set itself, except to copy the register to the mailbox. All addresses are constants
 * relative to the code. From any entry, control ends in stub_wait or in guest code, with registers
 * from the mailbox or a signal frame.
 *
 * If a kick arrives while the thread runs here, the thread answers it with its next step: it stops,
 * or checks BOX_KICK before it runs guest code. Between that check and the first instruction of
 * guest code (stub_go_*_begin to _end) the saved guest state is still complete. The handler then
 * stops as if nothing had run.
 */
#include <um/stub.h>
#include <asm/unistd.h>

/* Addresses relative to stub_base, which is copied to UM_STUB_CODE. */
#define DATA(offset)	stub_base + (UM_STUB_DATA - UM_STUB_CODE) + (offset)(%rip)
#define CONSTS(offset)	stub_base + (UM_STUB_CONSTS - UM_STUB_CODE) + (offset)(%rip)
#define BOX(offset)	stub_base + (UM_STUB_MAILBOX - UM_STUB_CODE) + (offset)(%rip)

/* struct host_regs in the mailbox */
#define REG_R15		BOX(BOX_REGS + 0)
#define REG_R14		BOX(BOX_REGS + 8)
#define REG_R13		BOX(BOX_REGS + 16)
#define REG_R12		BOX(BOX_REGS + 24)
#define REG_BP		BOX(BOX_REGS + 32)
#define REG_BX		BOX(BOX_REGS + 40)
#define REG_R11		BOX(BOX_REGS + 48)
#define REG_R10		BOX(BOX_REGS + 56)
#define REG_R9		BOX(BOX_REGS + 64)
#define REG_R8		BOX(BOX_REGS + 72)
#define REG_AX		BOX(BOX_REGS + 80)
#define REG_CX		BOX(BOX_REGS + 88)
#define REG_DX		BOX(BOX_REGS + 96)
#define REG_SI		BOX(BOX_REGS + 104)
#define REG_DI		BOX(BOX_REGS + 112)
#define REG_ORIG_AX	BOX(BOX_REGS + 120)
#define REG_IP		BOX(BOX_REGS + 128)	/* ip, cs, flags, sp, ss: in the order of iretq */
#define REG_FLAGS	BOX(BOX_REGS + 144)
#define REG_SP		BOX(BOX_REGS + 152)
#define REG_FS_BASE	BOX(BOX_REGS + 168)
#define REG_GS_BASE	BOX(BOX_REGS + 176)

/* struct ucontext of the host */
#define UC_R8		40
#define UC_R9		48
#define UC_R10		56
#define UC_R11		64
#define UC_R12		72
#define UC_R13		80
#define UC_R14		88
#define UC_R15		96
#define UC_DI		104
#define UC_SI		112
#define UC_BP		120
#define UC_BX		128
#define UC_DX		136
#define UC_AX		144
#define UC_CX		152
#define UC_SP		160
#define UC_IP		168
#define UC_FLAGS	176
#define UC_FPSTATE	224

/* struct siginfo of a signal with a value */
#define INFO_VALUE	24

#define USER_CS		0x33
#define USER_SS		0x2b
#define FUTEX_WAIT	0
#define FUTEX_WAKE	1
#define MAP_FLAGS	0x8011		/* MAP_SHARED | MAP_FIXED | MAP_POPULATE, for mmap */

	.section .um.stub, "ax"
	.globl	stub_base
stub_base:

/* ---- stopping ---- */

/* Entry of a patched system call: number in rax, return address in rcx. */
	.globl	stub_patched
stub_patched:
	movq	%rsp, REG_SP
	leaq	BOX(BOX_STACK_TOP), %rsp
	pushfq
	popq	%r11
	movq	%r11, REG_FLAGS
	movq	%r11, REG_R11
	movq	%rcx, REG_IP
	movq	%rcx, REG_CX
	movq	%rax, REG_AX
	movq	%rax, REG_ORIG_AX
	movq	%rdx, REG_DX
	movq	%rsi, REG_SI
	movq	%rdi, REG_DI
	movq	%rbp, REG_BP
	movq	%rbx, REG_BX
	movq	%r8, REG_R8
	movq	%r9, REG_R9
	movq	%r10, REG_R10
	movq	%r12, REG_R12
	movq	%r13, REG_R13
	movq	%r14, REG_R14
	movq	%r15, REG_R15
	rdfsbase %rax
	movq	%rax, REG_FS_BASE
	rdgsbase %rax
	movq	%rax, REG_GS_BASE
	movl	$STUB_STOP_CALL, BOX(BOX_STOP)
	cmpl	$0, DATA(STUB_SAVE_FP)
	je	stub_stopped
	movl	$-1, %eax
	movl	$-1, %edx
	xsave64	BOX(BOX_FP)
	jmp	stub_stopped

/* Signal handler, on the signal stack: edi signal, rsi siginfo, rdx ucontext. */
	.globl	stub_signal
stub_signal:
	cmpl	$STUB_SIGNAL_RESET, %edi
	je	stub_reset
	movq	UC_IP(%rdx), %rax
	leaq	-UM_SITES(%rax), %rcx
	cmpq	$UM_SITES_SIZE, %rcx
	jb	stub_signal_thunk
	leaq	stub_base(%rip), %rcx
	subq	%rcx, %rax
	cmpq	$UM_STUB_CODE_SIZE, %rax
	jb	stub_signal_inside
stub_signal_stop:
	movq	%rdx, BOX(BOX_FRAME)
	movq	%rsi, BOX(BOX_INFO)
	movl	%edi, BOX(BOX_SIGNO)
	rdfsbase %rax
	movq	%rax, REG_FS_BASE
	rdgsbase %rax
	movq	%rax, REG_GS_BASE
	movl	$STUB_STOP_SIGNAL, BOX(BOX_STOP)
	jmp	stub_stopped

/* The signal arrived in a thunk, on the way to stub_patched. A kick in a thunk needs no answer. */
stub_signal_thunk:
	cmpl	$STUB_SIGNAL_KICK, %edi
	je	stub_continue
	jmp	stub_signal_stop

/*
 * The signal arrived in the stub. A kick may do so at any time; any other signal means that guest
 * code has jumped into the stub. rax: offset of ip
 */
stub_signal_inside:
	cmpl	$STUB_SIGNAL_KICK, %edi
	jne	stub_signal_stop
	cmpq	$stub_go_frame_begin - stub_base, %rax
	jb	1f
	cmpq	$stub_go_frame_end - stub_base, %rax
	jb	stub_again
1:	cmpq	$stub_go_regs_begin - stub_base, %rax
	jb	stub_continue
	cmpq	$stub_go_regs_end - stub_base, %rax
	jae	stub_continue
	/* The registers are still in the mailbox, the FP state is in the new frame. */
	movq	%rdx, BOX(BOX_FRAME)
	movl	$STUB_STOP_UNUSED, BOX(BOX_STOP)
	jmp	stub_stopped

/* The saved frame is unchanged: drop the signal stack below it. */
stub_again:
	movq	BOX(BOX_FRAME), %rax
	leaq	-8(%rax), %rsp
stub_kicked:
	movl	$STUB_STOP_AGAIN, BOX(BOX_STOP)

/* The reason for the stop is in the mailbox: give the turn to the kernel process. */
stub_stopped:
	xorl	%eax, %eax
	xchgl	%eax, BOX(BOX_TURN)
	cmpl	$0, BOX(BOX_KERNEL_SLEEPS)
	je	stub_wait
	movl	$0, BOX(BOX_KERNEL_SLEEPS)
	rdtsc
	movl	%eax, BOX(BOX_STOPPED_TICKS)
	movl	%edx, BOX(BOX_STOPPED_TICKS + 4)
	movl	$__NR_futex, %eax
	leaq	BOX(BOX_KERNEL_SLEEPS), %rdi
	movl	$FUTEX_WAKE, %esi
	movl	$1, %edx
	xorl	%r10d, %r10d
	syscall
	.globl	stub_wake_call
stub_wake_call:

/* ---- waiting ---- */

	.globl	stub_wait
stub_wait:
	movl	DATA(STUB_SPIN), %ecx
	incl	%ecx
1:	cmpl	$STUB_TURN_GUEST, BOX(BOX_TURN)
	je	stub_go
	decl	%ecx
	jz	2f
	pause
	cmpl	$0, DATA(STUB_SPIN)
	jne	1b
2:	movl	$1, %eax
	xchgl	%eax, BOX(BOX_GUEST_SLEEPS)
	cmpl	$STUB_TURN_GUEST, BOX(BOX_TURN)
	je	3f
	movl	$__NR_futex, %eax
	leaq	BOX(BOX_GUEST_SLEEPS), %rdi
	movl	$FUTEX_WAIT, %esi
	movl	$1, %edx
	xorl	%r10d, %r10d
	syscall
	.globl	stub_wait_call
stub_wait_call:
	jmp	2b
3:	movl	$0, BOX(BOX_GUEST_SLEEPS)
	rdtsc
	movl	%eax, BOX(BOX_WOKEN_TICKS)
	movl	%edx, BOX(BOX_WOKEN_TICKS + 4)

/* ---- resuming ---- */

stub_go:
	movl	BOX(BOX_RESUME), %ecx
	testl	$STUB_RESUME_SAVE_FP, %ecx
	jnz	stub_save_fp
	movq	REG_FS_BASE, %rax
	wrfsbase %rax
	movq	REG_GS_BASE, %rax
	wrgsbase %rax
	testl	$STUB_RESUME_FRAME, %ecx
	jnz	stub_go_frame
	testl	$STUB_RESUME_LOAD_FP, %ecx
	jz	1f
	movl	$-1, %eax
	movl	$-1, %edx
	xrstor64 BOX(BOX_FP)
1:	testl	$STUB_RESUME_STEP, %ecx
	jnz	stub_go_step

	.macro	load_registers
	movq	REG_R15, %r15
	movq	REG_R14, %r14
	movq	REG_R13, %r13
	movq	REG_R12, %r12
	movq	REG_BP, %rbp
	movq	REG_BX, %rbx
	movq	REG_R11, %r11
	movq	REG_R10, %r10
	movq	REG_R9, %r9
	movq	REG_R8, %r8
	movq	REG_AX, %rax
	movq	REG_CX, %rcx
	movq	REG_DX, %rdx
	movq	REG_SI, %rsi
	movq	REG_DI, %rdi
	.endm

stub_go_regs_begin:
	cmpl	$0, BOX(BOX_KICK)
	jne	stub_kicked
	load_registers
	leaq	REG_FLAGS, %rsp
	popfq
	movq	REG_SP, %rsp
	jmp	*REG_IP

/* Only iretq may set the trap flag: after popfq, the trap would happen inside the stub. */
stub_go_step:
	cmpl	$0, BOX(BOX_KICK)
	jne	stub_kicked
	load_registers
	leaq	REG_IP, %rsp
	iretq
stub_go_regs_end:

/* Load the signal frame at r8; the frame for iretq is pushed below it. */
	.macro	load_frame
	pushq	$USER_SS
	pushq	UC_SP(%r8)
	pushq	UC_FLAGS(%r8)
	pushq	$USER_CS
	pushq	UC_IP(%r8)
	movq	UC_R9(%r8), %r9
	movq	UC_R10(%r8), %r10
	movq	UC_R11(%r8), %r11
	movq	UC_R12(%r8), %r12
	movq	UC_R13(%r8), %r13
	movq	UC_R14(%r8), %r14
	movq	UC_R15(%r8), %r15
	movq	UC_DI(%r8), %rdi
	movq	UC_SI(%r8), %rsi
	movq	UC_BP(%r8), %rbp
	movq	UC_BX(%r8), %rbx
	movq	UC_DX(%r8), %rdx
	movq	UC_AX(%r8), %rax
	movq	UC_CX(%r8), %rcx
	movq	UC_R8(%r8), %r8
	iretq
	.endm

stub_go_frame:
	movq	BOX(BOX_FRAME), %r8
	leaq	-8(%r8), %rsp
	movq	UC_FPSTATE(%r8), %rdi
	movl	$-1, %eax
	movl	$-1, %edx
	xrstor64 (%rdi)
stub_go_frame_begin:
	cmpl	$0, BOX(BOX_KICK)
	jne	stub_kicked
	load_frame
stub_go_frame_end:

/* The kick needs no answer: resume the interrupted code. rdx: ucontext */
stub_continue:
	movq	%rdx, %r8
	movq	UC_FPSTATE(%r8), %rdi
	movl	$-1, %eax
	movl	$-1, %edx
	xrstor64 (%rdi)
	load_frame

/* ---- between runs ---- */

stub_save_fp:
	movl	$-1, %eax
	movl	$-1, %edx
	xsave64	BOX(BOX_FP)
	movl	$STUB_STOP_FP_SAVED, BOX(BOX_STOP)
	jmp	stub_stopped

/*
 * The space is given to another guest process (seccomp_space_reuse() in host/guest/). Wherever the
 * thread was, it continues here. The random number that comes with the signal proves to the kernel
 * process that the thread has passed here. From here the thread can only go to stub_wait.
 */
stub_reset:
	leaq	BOX(BOX_STACK_TOP), %rsp
	movl	$STUB_STOP_RESET, BOX(BOX_STOP)
	movl	$0, BOX(BOX_GUEST_SLEEPS)
	movq	INFO_VALUE(%rsi), %rax
	movq	%rax, BOX(BOX_RESET_EPOCH)
	jmp	stub_stopped

/* ---- the mapper ---- */

/* Main loop of the mapper. r12d: number of the last batch that is done */
	.globl	stub_mapper
stub_mapper:
	xorl	%r12d, %r12d
	movl	$__NR_munmap, %eax
	movabsq	$UM_STUB_STACK, %rdi
	movl	$UM_STUB_STACK_SIZE, %esi
	syscall
	.globl	stub_mapper_strip_call
stub_mapper_strip_call:
1:	movl	DATA(STUB_SEQ), %eax
	cmpl	%eax, %r12d
	jne	2f
	movl	$__NR_futex, %eax
	leaq	DATA(STUB_SEQ), %rdi
	movl	$FUTEX_WAIT, %esi
	movl	%r12d, %edx
	xorl	%r10d, %r10d
	syscall
	.globl	stub_mapper_wait_call
stub_mapper_wait_call:
	jmp	1b

2:	movl	%eax, %r12d
	xorl	%ebx, %ebx
	leaq	DATA(STUB_COMMANDS), %r13
3:	cmpq	DATA(STUB_NR), %rbx
	jae	4f
	movq	0(%r13), %rax
	movq	8(%r13), %rdi
	movq	16(%r13), %rsi
	movl	24(%r13), %edx
	movl	$MAP_FLAGS, %r10d
	movl	28(%r13), %r8d
	movq	32(%r13), %r9
	syscall
	.globl	stub_mapper_map_call
stub_mapper_map_call:
	cmpq	$-4096, %rax
	ja	5f
	incq	%rbx
	addq	$STUB_COMMAND_SIZE, %r13
	jmp	3b
4:	leaq	DATA(STUB_ACK_DONE), %rsi
	cmpl	$0, DATA(STUB_THEN_GUEST)
	jne	8f
6:	movl	$__NR_write, %eax
	movl	CONSTS(STUB_ACK_FD), %edi
	movl	$8, %edx
	syscall
	.globl	stub_mapper_ack_call
stub_mapper_ack_call:
	jmp	1b

5:	movl	%eax, BOX(BOX_MAP_ERROR)
	movq	%rbx, BOX(BOX_MAP_INDEX)
	leaq	DATA(STUB_ACK_FAILED), %rsi
	cmpl	$0, DATA(STUB_THEN_GUEST)
	je	6b
	movl	$STUB_STOP_MAP_FAILED, BOX(BOX_STOP)
	movl	$STUB_TURN_KERNEL, %eax
	xchgl	%eax, BOX(BOX_TURN)
	leaq	BOX(BOX_KERNEL_SLEEPS), %rdi
	jmp	9f
8:	movl	$STUB_TURN_GUEST, %eax
	xchgl	%eax, BOX(BOX_TURN)
	leaq	BOX(BOX_GUEST_SLEEPS), %rdi
	cmpl	$0, (%rdi)
	je	1b
9:	movl	$0, (%rdi)
	movl	$__NR_futex, %eax
	movl	$FUTEX_WAKE, %esi
	movl	$1, %edx
	xorl	%r10d, %r10d
	syscall
	.globl	stub_mapper_wake_call
stub_mapper_wake_call:
	jmp	1b

/* ---- start ---- */

/* Create the guest thread: flags in rdi, stack in rsi, thread id in rax. See stub_setup.c */
	.globl	stub_clone_guest
stub_clone_guest:
	movl	$__NR_clone, %eax
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	syscall
	testq	%rax, %rax
	jz	stub_setup_guest
	ret

	.section .note.GNU-stack, "", @progbits
