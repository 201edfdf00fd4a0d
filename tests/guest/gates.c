// SPDX-License-Identifier: GPL-2.0-only
/*
 * gates.c - test 32-bit gates, segment bases and stack pointers that no ordinary program uses
 *
 * privileged.c tests the gates of 64-bit code. A wrong code segment, a wrong segment base or a
 * stack pointer out of bounds must raise the signal that hardware raises, without other effects.
 * t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>

#include "attack.h"

#define NON_CANONICAL 0x8000000000001000ul

/* Enters 32-bit code below 4 GiB by a far return, so that each gate has the wrong architecture. */
static void from_32_bit_code(void)
{
	static const struct { const char *name; unsigned char code[16]; } gates[] = {
		{ "int $0x80", { 0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0x0f, 0x0b } },
		{ "sysenter", { 0xb8, 20, 0, 0, 0, 0x89, 0xe5, 0x0f, 0x34, 0x0f, 0x0b } },
		{ "syscall", { 0xb8, 20, 0, 0, 0, 0x0f, 0x05, 0x0f, 0x0b } },
	};
	unsigned char *low = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
		memcpy(low, gates[i].code, sizeof(gates[i].code));
		ATTACK(asm volatile("mov %0, %%rsp\n\tpushq $0x23\n\tpushq %1\n\tlretq"
			: : "r"(low + 8192), "r"((unsigned long)low) : "memory"));
		ok(attack_signo == SIGSEGV || attack_signo == SIGILL,
		   "%s in 32-bit code raises a signal (%d, code %d)",
		   gates[i].name, attack_signo, attack_code);
	}
	munmap(low, 8192);
}

static void bases(void)
{
	ATTACK(asm volatile("wrgsbase %0" : : "r"(NON_CANONICAL)));
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL,
	   "WRGSBASE rejects a non-canonical address (%d, code %d)",
	   attack_signo, attack_code);
	ATTACK(asm volatile("wrfsbase %0" : : "r"(NON_CANONICAL)));
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL,
	   "WRFSBASE rejects it, too (%d, code %d)",
	   attack_signo, attack_code);
	ok(syscall(SYS_arch_prctl, ARCH_SET_GS, NON_CANONICAL) == -1 && errno == EPERM,
	   "ARCH_SET_GS with a non-canonical address gives EPERM");
	ok(syscall(SYS_clone, CLONE_SETTLS | CLONE_VM | SIGCHLD, 0, 0, 0, NON_CANONICAL) == -1 &&
	   errno == EPERM,
	   "clone with a non-canonical base for a thread fails");
	asm volatile("wrgsbase %0" : : "r"(UM_STUB_DATA));
	syscall(SYS_getppid);
	ok(attack_machine_lives(), "the machine survives a segment base that points at the stub");
	asm volatile("wrgsbase %0" : : "r"(0ul));
}

/* The values that change_frame() writes into the signal frame; 0: leave the register unchanged. */
static unsigned long frame_ip, frame_sp;

static void change_frame(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	if (frame_ip)
		uc->uc_mcontext.gregs[REG_RIP] = frame_ip;
	if (frame_sp)
		uc->uc_mcontext.gregs[REG_RSP] = frame_sp;
}

static void return_to(unsigned long ip, unsigned long sp)
{
	struct sigaction action = { .sa_sigaction = change_frame, .sa_flags = SA_SIGINFO };

	frame_ip = ip;
	frame_sp = sp;
	sigaction(SIGWINCH, &action, NULL);
	ATTACK(raise(SIGWINCH));
}

static void frames(void)
{
	return_to(NON_CANONICAL, 0);
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL,
	   "sigreturn to a non-canonical address raises SIGSEGV (%d, code %d)",
	   attack_signo, attack_code);
	return_to(0xffffffff81000000, 0);
	ok(attack_signo == SIGSEGV && attack_code == SEGV_MAPERR &&
	   attack_addr == (void *)0xffffffff81000000,
	   "sigreturn to the kernel's half raises SIGSEGV (%d, code %d, %p)",
	   attack_signo, attack_code, attack_addr);
	return_to(UM_STUB_CODE + UM_STUB_CODE_SIZE - 1, 0);
	ok(attack_signo == SIGSEGV, "sigreturn into the stub raises SIGSEGV (%d, code %d, %p)",
	   attack_signo,
	   attack_code, attack_addr);
	return_to(0x7ffffffff000, 0);
	ok(attack_signo == SIGSEGV && attack_code == SEGV_MAPERR,
	   "sigreturn beyond the last address raises SIGSEGV (%d, code %d, %p)",
	   attack_signo, attack_code,
	   attack_addr);
}

/* Tests unusable stack pointers, with which only a handler on an alternate stack can run. */
static void stack_pointers(void)
{
	static const unsigned long values[] = {
		0, 8, 64, 4096, UM_TASK_SIZE, UM_STUB_CODE, UM_STUB_DATA + 4096,
		UM_STUB_MAILBOX, UM_STUB_MAILBOX + 64,
		UM_STUB_MAILBOX + BOX_SIGNAL_STACK, UM_STUB_END, 0x7ffffffff000,
		0x7fffffffffff, NON_CANONICAL, 0xffffffff81000000, 0xfffffffffffffff8,
	};
	/* A system call, an exception and a timer each stop the code with this stack. */
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		long kept = 0;

		asm volatile("mov %%rsp, %%rbx\n\tmov %2, %%rsp\n\tmov %1, %%eax\n\tsyscall\n\t"
			     "mov $30000000, %%ecx\n\t1: dec %%ecx\n\tjnz 1b\n\t"
			     "mov %%rsp, %0\n\tmov %%rbx, %%rsp"
			     : "=&r"(kept) : "i"(SYS_getppid), "r"(values[i])
			     : "rax", "rbx", "rcx", "r11", "memory");
		if (!ok(kept == (long)values[i], "system calls and timers with the stack at %#lx",
			values[i]))
			diag("the stack pointer came back as %#lx", kept);
		/* The handler has an alternate stack, and the code uses no stack. */
		ATTACK(asm volatile("mov %0, %%rsp\n\tud2" : : "r"(values[i]) : "memory"));
		ok(attack_signo == SIGILL, "an exception with that stack reaches its handler (%d)",
		   attack_signo);
	}
}

/* Uses the stub's signal stack. If the host has no room for a signal, it kills the process. */
static void stack_of_stub(long value)
{
	signal(SIGILL, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	asm volatile("mov %0, %%rsp\n\tmov %1, %%eax\n\tsyscall\n\tud2" : : "r"(value),
		     "i"(SYS_getppid) : "rax", "rcx", "r11", "memory");
}

static void stack_without_handler(long value)
{
	signal(SIGILL, SIG_DFL);
	asm volatile("mov %0, %%rsp\n\tud2" : : "r"(value) : "memory");
}

static void on_stack(int signo)
{
	(void)signo;
}

/* Makes a handler use an unusable stack: SIGSEGV must kill the process. */
static void stack_with_handler(long value)
{
	signal(SIGILL, on_stack);
	signal(SIGSEGV, SIG_DFL);
	asm volatile("mov %0, %%rsp\n\tud2" : : "r"(value) : "memory");
}

int main(void)
{
	int status;

	attack_handlers();
	if (!in_guest()) {
		skip("the machine survives odd gates, bases and stacks", "not in a guest");
		return tap_done();
	}
	from_32_bit_code();
	bases();
	frames();
	stack_pointers();
	status = attack_in_child(stack_without_handler, 0);
	is(status & 0x7f, SIGILL, "an exception without a stack or a handler kills the process");
	status = attack_in_child(stack_with_handler, 0);
	is(status & 0x7f, SIGSEGV, "a handler without a stack raises SIGSEGV");
	status = attack_in_child(stack_with_handler, UM_STUB_MAILBOX + 4096);
	is(status & 0x7f, SIGSEGV, "a handler whose stack only the stub maps raises SIGSEGV");
	for (long at = 16; at <= BOX_SIGNAL_STACK_SIZE; at += 1008) {
		status = attack_in_child(stack_of_stub,
					 UM_STUB_MAILBOX + BOX_SIGNAL_STACK + at) & 0x7f;
		ok(status == SIGILL || status == SIGSEGV,
		   "a stack %ld bytes into the stub's stack kills only the process (%d)",
		   at, status);
	}
	ok(attack_machine_lives(), "the machine survives all odd stacks");
	return tap_done();
}
