// SPDX-License-Identifier: GPL-2.0-only
/*
 * isolation.c - guest code reaches nothing of the host: attacks on the address space it runs in
 *
 * Every address outside the program's own mappings must fault, also those where the port
 * keeps its helper page (the last 64 KiB below 47 bits, um/layout.h). Jumping to any byte
 * of that page, with registers that ask for a host call, must gain nothing.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "tap.h"

#define TOP_START 0x7fffffff0000ul
#define TOP_END 0x7ffffffff000ul
#define HOLE 0x200000000000ul

static sigjmp_buf back;

static void leave(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

static int can_read(unsigned long address)
{
	if (sigsetjmp(back, 0))
		return 0;
	(void)*(volatile char *)address;
	return 1;
}

static int can_write(unsigned long address)
{
	if (sigsetjmp(back, 0))
		return 0;
	asm volatile("lock; orb $0, (%0)" : : "r"(address) : "memory");
	return 1;
}

/* The guest's own view of what is mapped. */
static struct { unsigned long start, end; } area[4096];
static int nr_areas;

static void learn_areas(void)
{
	char line[512];
	struct rlimit limit;
	FILE *file = fopen("/proc/self/maps", "r");

	nr_areas = 0;
	while (file && fgets(line, sizeof(line), file) && nr_areas < 4096) {
		sscanf(line, "%lx-%lx", &area[nr_areas].start, &area[nr_areas].end);
		/* A stack grows to wherever it is touched, up to its limit. */
		if (strstr(line, "[stack]") && !getrlimit(RLIMIT_STACK, &limit) &&
		    limit.rlim_cur < area[nr_areas].end)
			area[nr_areas].start = area[nr_areas].end - limit.rlim_cur;
		nr_areas++;
	}
	if (file)
		fclose(file);
}

static int own(unsigned long address)
{
	for (int i = 0; i < nr_areas; i++)
		if (address >= area[i].start && address < area[i].end)
			return 1;
	return 0;
}

static long foreign(unsigned long start, unsigned long end, unsigned long step)
{
	long found = 0;

	for (unsigned long at = start; at < end; at += step) {
		if (own(at) || !can_read(at))
			continue;
		if (found++ < 5)
			diag("%#lx can be read", at);
	}
	return found;
}

static void probes(void)
{
	learn_areas();
	is(foreign(0, 0x80000000, 65536), 0, "nothing can be read below 2 GiB, where the kernel process has its image");
	is(foreign(0x80000000, 0x500000000, 1ul << 21), 0, "nor behind it, where that process has the RAM");
	is(foreign(0, TOP_START, 3ul << 30), 0, "nor anywhere else, in steps of 3 GiB");
	is(foreign(0x100000000000, 0x100000100000, 4096), 0, "nor in the kernel's vmalloc area");
	is(foreign(0x7fff00000000, TOP_START, 1ul << 16), 0, "nor around the stack");
}

static int top_writable(void)
{
	int found = 0;

	for (unsigned long at = TOP_START; at < TOP_END; at += 4096)
		if (!own(at) && can_write(at) && found++ < 5)
			diag("%#lx can be written", at);
	return found;
}

/* Jumps to `target` with registers as for a system call; comes back by a signal or by luck. */
static void jump(unsigned long target, const long *call)
{
	static unsigned long volatile goal;
	static const long *volatile with;

	goal = target;
	with = call;
	if (sigsetjmp(back, 0))
		return;
	asm volatile("mov %0, %%rbx\n\tmov %1, %%rbp\n\t"
		     "mov (%%rbp), %%rax\n\tmov 8(%%rbp), %%rdi\n\tmov 16(%%rbp), %%rsi\n\tmov 24(%%rbp), %%rdx\n\t"
		     "mov 32(%%rbp), %%r10\n\tmov 40(%%rbp), %%r8\n\tmov 48(%%rbp), %%r9\n\t"
		     "mov %%rbx, %%r11\n\tmov %%rbx, %%rcx\n\tjmp *%%rbx"
		     : : "m"(goal), "m"(with) : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
	__builtin_unreachable();
}

/* Calls that the guest's kernel refuses or that harm only a guest mapping, but a host would carry out. */
static const long calls[][7] = {
	{ SYS_mprotect, 0x7fffffff8000, 0x7000, PROT_READ | PROT_WRITE | PROT_EXEC },
	{ SYS_munmap, 0x7fffffff8000, 0x7000 },
	{ SYS_mmap, 0x7fffffff9000, 0x2000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 },
	{ SYS_mmap, HOLE, 0x100000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 3, 0 },
	{ SYS_mmap, HOLE, 0x100000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 0, 0 },
	{ SYS_mremap, 0x7fffffff9000, 0x1000, 0x1000, MREMAP_MAYMOVE | MREMAP_FIXED, HOLE },
	{ SYS_rt_sigreturn },
	{ SYS_futex, 0x7fffffff9000, 0, 0, 0, 0, 0 },
	{ SYS_ptrace, 0 /* PTRACE_TRACEME */ },
};

static int attack(void)
{
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };
	static char stack_memory[65536];
	stack_t stack = { .ss_sp = stack_memory, .ss_size = sizeof(stack_memory) };
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS, SIGALRM };

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction action = { .sa_handler = leave, .sa_flags = SA_ONSTACK | SA_NODEFER };

		sigaction(numbers[i], &action, NULL);
	}
	for (int fd = 0; fd < 64; fd++)
		close(fd == STDOUT_FILENO ? 64 : fd);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (size_t n = 0; n < sizeof(calls) / sizeof(calls[0]); n++) {
		for (unsigned long at = 0x7fffffff8000; at < 0x7fffffffb000; at++) {
			if (at >= 0x7fffffff9000 && at % 64)
				continue;
			jump(at, calls[n]);
		}
	}
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	if (top_writable())
		return 2;
	/* The guest's kernel knows nothing of the hole, so nothing may be there. */
	learn_areas();
	if (nr_areas > 0 && !own(HOLE) && can_read(HOLE))
		return 3;
	return getppid() > 0 && getpid() > 0 ? 0 : 4;
}

int main(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS };
	int status;
	pid_t pid;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction action = { .sa_handler = leave, .sa_flags = SA_NODEFER };

		sigaction(numbers[i], &action, NULL);
	}
	if (!in_guest()) {
		skip("guest code reaches nothing of the host", "not in a guest");
		return tap_done();
	}
	probes();
	is(top_writable(), 0, "no page of the helper area can be written");
	pid = fork();
	if (pid == 0)
		_exit(attack());
	waitpid(pid, &status, 0);
	/* An attacker may kill itself; it must not have won. */
	ok(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "jumps to each byte of the helper page gain nothing (status %#x)", status);
	pid = fork();
	if (pid == 0)
		_exit(7);
	waitpid(pid, &status, 0);
	is(status, 7 << 8, "and the machine goes on");
	return tap_done();
}
