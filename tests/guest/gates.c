// SPDX-License-Identifier: GPL-2.0-only
/*
 * gates.c - ways into a kernel, bases and stack pointers that no ordinary program uses
 *
 * privileged.c has those of 64-bit code; here is what a wrong code segment, a segment base or a
 * stack pointer out of bounds does: the signal of a real machine, and nothing else.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>

#include "attack.h"

#define NON_CANONICAL 0x8000000000001000ul

/* 32-bit code below 4 GiB, entered by a far return: then every gate has the wrong architecture. */
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
		ok(attack_signo == SIGSEGV || attack_signo == SIGILL, "%s of 32-bit code ends in a signal (%d, code %d)",
		   gates[i].name, attack_signo, attack_code);
	}
	munmap(low, 8192);
}

static void bases(void)
{
	ATTACK(asm volatile("wrgsbase %0" : : "r"(NON_CANONICAL)));
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL, "WRGSBASE refuses an address that cannot be (%d, code %d)",
	   attack_signo, attack_code);
	ATTACK(asm volatile("wrfsbase %0" : : "r"(NON_CANONICAL)));
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL, "WRFSBASE too (%d, code %d)", attack_signo, attack_code);
	ok(syscall(SYS_arch_prctl, ARCH_SET_GS, NON_CANONICAL) == -1 && errno == EPERM, "ARCH_SET_GS says EPERM");
	ok(syscall(SYS_clone, CLONE_SETTLS | CLONE_VM | SIGCHLD, 0, 0, 0, NON_CANONICAL) == -1 && errno == EPERM,
	   "and so does clone, for the base of a new thread");
	asm volatile("wrgsbase %0" : : "r"(UM_STUB_DATA));
	syscall(SYS_getppid);
	ok(attack_machine_lives(), "a base that points at the stub does no harm");
	asm volatile("wrgsbase %0" : : "r"(0ul));
}

/* A signal frame may say anything about where to go on. */
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
	ok(attack_signo == SIGSEGV && attack_code == SI_KERNEL, "a return to an address that cannot be is SIGSEGV (%d, code %d)",
	   attack_signo, attack_code);
	return_to(0xffffffff81000000, 0);
	ok(attack_signo == SIGSEGV && attack_code == SEGV_MAPERR && attack_addr == (void *)0xffffffff81000000,
	   "one to the kernel's half too (%d, code %d, %p)", attack_signo, attack_code, attack_addr);
	return_to(UM_STUB_CODE + UM_STUB_CODE_SIZE - 1, 0);
	ok(attack_signo == SIGSEGV, "one into the stub too (%d, code %d, %p)", attack_signo, attack_code, attack_addr);
	return_to(0x7ffffffff000, 0);
	ok(attack_signo == SIGSEGV && attack_code == SEGV_MAPERR, "and behind the end (%d, code %d, %p)", attack_signo, attack_code,
	   attack_addr);
}

/* With such a stack pointer nothing but a handler on its own stack can run: one use each. */
static void stack_pointers(void)
{
	static const unsigned long values[] = {
		0, 8, 64, 4096, UM_TASK_SIZE, UM_STUB_CODE, UM_STUB_DATA + 4096, UM_STUB_MAILBOX, UM_STUB_MAILBOX + 64,
		UM_STUB_MAILBOX + BOX_SIGNAL_STACK, UM_STUB_END, 0x7ffffffff000,
		0x7fffffffffff, NON_CANONICAL, 0xffffffff81000000, 0xfffffffffffffff8,
	};
	/* A system call, an exception, and time for a timer: each stops the code with this stack. */
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		long kept = 0;

		asm volatile("mov %%rsp, %%rbx\n\tmov %2, %%rsp\n\tmov %1, %%eax\n\tsyscall\n\t"
			     "mov $30000000, %%ecx\n\t1: dec %%ecx\n\tjnz 1b\n\t"
			     "mov %%rsp, %0\n\tmov %%rbx, %%rsp"
			     : "=&r"(kept) : "i"(SYS_getppid), "r"(values[i]) : "rax", "rbx", "rcx", "r11", "memory");
		if (!ok(kept == (long)values[i], "system calls and timers with the stack at %#lx", values[i]))
			diag("came back as %#lx", kept);
		/* The handler's stack is elsewhere, and the code has no stack. */
		ATTACK(asm volatile("mov %0, %%rsp\n\tud2" : : "r"(values[i]) : "memory"));
		ok(attack_signo == SIGILL, "and an exception with it (%d)", attack_signo);
	}
}

/* On the stub's own signal stack the host may find no room for a signal, and ends the process. */
static void stack_of_stub(long value)
{
	signal(SIGILL, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	asm volatile("mov %0, %%rsp\n\tmov %1, %%eax\n\tsyscall\n\tud2" : : "r"(value), "i"(SYS_getppid) : "rax", "rcx", "r11", "memory");
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

/* A handler that has to use that stack: SIGSEGV ends the process. */
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
		skip("odd gates, bases and stacks do no harm", "not in a guest");
		return tap_done();
	}
	from_32_bit_code();
	bases();
	frames();
	stack_pointers();
	status = attack_in_child(stack_without_handler, 0);
	is(status & 0x7f, SIGILL, "an exception without a stack or a handler ends the process");
	status = attack_in_child(stack_with_handler, 0);
	is(status & 0x7f, SIGSEGV, "a handler without a stack is SIGSEGV");
	status = attack_in_child(stack_with_handler, UM_STUB_MAILBOX + 4096);
	is(status & 0x7f, SIGSEGV, "also where only the stub has memory");
	for (long at = 16; at <= BOX_SIGNAL_STACK_SIZE; at += 1008) {
		status = attack_in_child(stack_of_stub, UM_STUB_MAILBOX + BOX_SIGNAL_STACK + at) & 0x7f;
		ok(status == SIGILL || status == SIGSEGV, "a stack %ld bytes into the stub's own: a fault of the process (%d)",
		   at, status);
	}
	ok(attack_machine_lives(), "and the machine goes on");
	return tap_done();
}
