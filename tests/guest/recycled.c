// SPDX-License-Identifier: GPL-2.0-only
/*
 * recycled.c - test that a process finds nothing of the former user of its host process
 *
 * The host process of a guest process that has ended gets another user soon, often the next one. It
 * must hold no register or address of the former user, and nothing that the former user left behind
 * may harm the next one. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/time.h>

#include "forge.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { ROUNDS = 40, WORDS = 64 };

static struct shared {
	volatile unsigned long seed;
	volatile long leaks, rounds;
} *shared;

/*
 * Secret values differ from run to run, and only their complements are in memory and registers of
 * processes other than the victims.
 */
static unsigned long complement(void)
{
	unsigned long value = shared->seed & ~0xfful;

	asm volatile("" : "+r"(value));
	return value;
}

static int is_secret(unsigned long word)
{
	return ~word - complement() < WORDS;
}

/* Ends by call @nr(0) with secrets in all registers that the program may use freely. */
static void die_with_secrets(long nr)
{
	asm volatile("mov %[seed], %%rcx\n\tnot %%rcx\n\t"
		     ".irp r, rbx, rbp, r8, r9, r10, r12, r13, r14, r15\n\t"
		     "mov %%rcx, %%\\r\n\tdec %%rcx\n\t.endr\n\t"
		     ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
		     "movq %%rcx, %%xmm\\n\n\tdec %%rcx\n\t.endr\n\t"
		     /* Trap, run until a timer interrupts, trap again. */
		     "mov %[getppid], %%eax\n\tsyscall\n\t"
		     "mov $30000000, %%ecx\n\t1: dec %%ecx\n\tjnz 1b\n\t"
		     "mov %[nr], %%rax\n\txor %%edi, %%edi\n\tsyscall\n\tud2"
		     : : [seed] "r"(complement()), [nr] "r"(nr), [getppid] "i"(SYS_getppid)
		     : "rcx", "r11", "memory");
}

static void die_by_call(long unused)
{
	(void)unused;
	die_with_secrets(SYS_exit_group);
}

/* An unknown call number: the process ends by ud2, so that its last stop is an exception. */
static void die_by_exception(long unused)
{
	(void)unused;
	die_with_secrets(100000);
}

/*
 * The kernel notes addresses of mappings in the data page, several if a fault finds pages that are
 * not in order in the machine's memory.
 */
static void die_with_address(long unused)
{
	enum { NR = 12 };
	char *at = (char *)(~complement() & 0x7ffffffc0000ul), *other;

	(void)unused;
	at = mmap(at, NR << 12, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	other = mmap(NULL, NR << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < NR / 2; i++) {
		madvise(at + (i << 12), 4096, MADV_POPULATE_WRITE);
		madvise(other + (i << 12), 4096, MADV_POPULATE_WRITE);
	}
	*(volatile char *)at = 1;
	_exit(0);
}

static int is_address(unsigned long word)
{
	return ((~word ^ complement()) & 0x7ffffffc0000ul) == 0;
}

static long scan(unsigned long start, unsigned long size, int (*found)(unsigned long))
{
	long nr = 0;

	for (unsigned long at = start; at < start + size; at += 8)
		if (found(*(volatile unsigned long *)at))
			nr++;
	return nr;
}

static void look_for_registers(long unused)
{
	(void)unused;
	shared->leaks += scan(UM_STUB_MAILBOX, UM_STUB_MAILBOX_SIZE, is_secret) != 0;
	shared->rounds++;
}

static void look_for_addresses(long unused)
{
	(void)unused;
	shared->leaks += scan(UM_STUB_DATA, UM_STUB_DATA_SIZE, is_address) != 0;
	shared->rounds++;
}

static void leaks(const char *what, void (*die)(long), void (*look)(long))
{
	shared->leaks = shared->rounds = 0;
	for (long i = 0; i < ROUNDS; i++) {
		int nr = i % 3 + 1;

		/* Several spaces may lie in between: let as many processes look as have died. */
		for (int k = 0; k < nr; k++)
			attack_in_child(die, 0);
		for (int k = 0; k < nr; k++)
			attack_in_child(look, 0);
	}
	ok(shared->leaks == 0 && shared->rounds >= ROUNDS, "%s (%ld of %ld processes saw some)",
	   what, shared->leaks, shared->rounds);
}

/* ---- what an attacker leaves in its thread ---- */

static unsigned long stub_wait, stub_continue;

static void landed(void)
{
	_exit(0);
}

/* Makes the kernel end this process while its thread goes on to sleep in the stub. */
static void give_up(void)
{
	forge_call(landed, SYS_exit_group, 0, 0, 0);
	BOX->guest_sleeps = 1;
	forge_turn(STUB_TURN_KERNEL);
}

/* Sleeps with the stack pointer @sp. A signal of the host then finds no room for its frame. */
static void sleep_on(long sp)
{
	give_up();
	asm volatile("xor %%r10d, %%r10d\n\tmov %4, %%rsp\n\tjmp *%0"
		     : : "r"(stub_wait), "a"(SYS_futex), "D"(&BOX->guest_sleeps), "S"(0),
			 "r"(sp), "d"(1) : "r10", "memory");
}

/* Sleeps with further @flags, which the stub's code for signal frames loads. */
static void sleep_flagged(long flags)
{
	static unsigned long frame[64] __attribute__((aligned(64)));
	static unsigned char fp[4096] __attribute__((aligned(4096)));
	static char stack[4096] __attribute__((aligned(4096)));

	*(unsigned int *)(fp + 24) = 0x1f80;
	frame[13] = (unsigned long)&BOX->guest_sleeps;	/* rdi, rsi, rdx, rax */
	frame[14] = 0;
	frame[17] = 1;
	frame[18] = SYS_futex;
	frame[20] = (unsigned long)stack + sizeof(stack);
	frame[21] = stub_wait;
	frame[22] = 0x202 | flags;
	frame[28] = (unsigned long)fp;
	stack[sizeof(stack) - 1] = fp[0] = fp[sizeof(fp) - 1] = 0;
	give_up();
	asm volatile("mov %0, %%rsp\n\tjmp *%2"
		     : : "a"(stack + sizeof(stack)), "d"(frame), "c"(stub_continue) : "memory");
}

/* Sleeps with protection key 0, which the stub needs, denied for writing (2) or for all (3). */
static void sleep_denied(long rights)
{
	give_up();
	asm volatile("mov %4, %%eax\n\txor %%ecx, %%ecx\n\txor %%edx, %%edx\n\twrpkru\n\t"
		     "xor %%r10d, %%r10d\n\tmov %1, %%eax\n\tmov $1, %%edx\n\tjmp *%0"
		     : : "r"(stub_wait), "i"(SYS_futex), "D"(&BOX->guest_sleeps), "S"(0),
			 "r"((int)rights)
		     : "rax", "rcx", "rdx", "r10", "memory");
}

static int has_protection_keys(void)
{
	unsigned int a = 7, b, c = 0, d;

	asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c >> 4 & 1;	/* the host has enabled them */
}

/* A process that must run as if its host process were new, while timers interrupt it. */
static int honest(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		volatile double sum = 0;

		signal(SIGALRM, SIG_IGN);
		setitimer(ITIMER_REAL, &timer, NULL);
		for (int i = 0; i < 2000; i++)
			sum += i;
		_exit(sum == 1999000. ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

static void remains(const char *what, void (*sleep)(long), const long *values, int nr)
{
	long harmed = 0;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < nr; i++)
			attack_in_child(sleep, values[i]);
		/* The pool has room for 16 host processes. */
		for (int i = 0; i < 20; i++)
			harmed += !honest();
	}
	ok(harmed == 0, "%s harms no later process (%ld of 80)", what, harmed);
}

int main(void)
{
	static const long flags[] = { 0x100, 0x4000, 0x40000, 0x44000, 0x400, 0x200000 };
	static const long stacks[] = {
		0, 8, UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 8,
		UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 64, UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 2048,
		UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 4096,
		UM_STUB_MAILBOX + BOX_SIGNAL_STACK + 8000, UM_STUB_CODE + 64,
	};
	static const long rights[] = { 2, 3, 1, -1 };

	if (!in_guest()) {
		skip("a process finds nothing of its host process's former user", "not in a guest");
		return tap_done();
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->seed = 0x1a2b3c4d5e6f7000ul ^ (unsigned long)getpid() << 40;
	if (attack_has_mailbox()) {
		leaks("no register of a process that made a call is left", die_by_call,
		      look_for_registers);
		leaks("no register of a process that raised an exception is left",
		      die_by_exception, look_for_registers);
	}
	leaks("no address of a mapping is left", die_with_address, look_for_addresses);
	if (!attack_has_mailbox()) {
		skip("what an attacker leaves in its thread does no harm",
		     "this engine has no mailbox");
		return tap_done();
	}
	stub_wait = forge_find_wait();
	stub_continue = forge_find_continue();
	remains("a stack without room for a signal", sleep_on, stacks,
		sizeof(stacks) / sizeof(stacks[0]));
	remains("a flag (trap, nested task, alignment, ...)", sleep_flagged, flags,
		sizeof(flags) / sizeof(flags[0]));
	if (has_protection_keys())
		remains("a denied protection key", sleep_denied, rights,
			sizeof(rights) / sizeof(rights[0]));
	else
		skip("a denied protection key harms no later process",
		     "the host has no protection keys");
	ok(attack_machine_lives(), "the machine survives");
	return tap_done();
}
