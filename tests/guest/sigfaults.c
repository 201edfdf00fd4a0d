// SPDX-License-Identifier: GPL-2.0-only
/*
 * sigfaults.c - test signals caused by an instruction: what the handler learns, how it continues
 *
 * t5000-signals.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "tap.h"

enum { ERROR_PRESENT = 1, ERROR_WRITE = 2, ERROR_USER = 4, ERROR_FETCH = 16 };

static sigjmp_buf back;
static siginfo_t seen;
static ucontext_t frame;
static volatile int seen_signal;

static void leave(int number, siginfo_t *info, void *context)
{
	seen_signal = number;
	seen = *info;
	memcpy(&frame, context, sizeof(frame));
	siglongjmp(back, 1);
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* Evaluates to the signal that @action raised, or 0. */
#define FAULTS(action) (seen_signal = 0, memset(&seen, 0, sizeof(seen)), \
			sigsetjmp(back, 1) == 0 ? ({ action; seen_signal = 0; }) : (void)0, \
			seen_signal)

static long error_bits(void)
{
	return frame.uc_mcontext.gregs[REG_ERR] & (ERROR_WRITE | ERROR_USER | ERROR_FETCH);
}

static void memory_faults(void)
{
	volatile char *gone = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile char *read_only = gone + 4096, *no_exec = gone + 8192;
	char byte = 0;

	gone[0] = read_only[0] = 1;
	no_exec[0] = (char)0xc3;
	mprotect((void *)read_only, 4096, PROT_READ);
	munmap((void *)gone, 4096);

	is(FAULTS(byte = gone[7]), SIGSEGV, "a read of an unmapped address raises SIGSEGV");
	ok(seen.si_addr == gone + 7 && seen.si_code == SEGV_MAPERR,
	   "siginfo of a read of an unmapped address has the address and SEGV_MAPERR");
	is(error_bits(), ERROR_USER, "the error code of a read says user mode and read");
	is(frame.uc_mcontext.gregs[REG_CR2], (long)(gone + 7),
	   "CR2 in the frame is the faulting address");
	is(frame.uc_mcontext.gregs[REG_TRAPNO], 14, "the trap number of a page fault is 14");

	is(FAULTS(gone[9] = 1), SIGSEGV, "a write to an unmapped address raises SIGSEGV");
	ok(seen.si_addr == gone + 9 && seen.si_code == SEGV_MAPERR &&
	   error_bits() == (ERROR_USER | ERROR_WRITE),
	   "siginfo and the error code describe a write to an unmapped address");

	is(FAULTS(read_only[3] = 1), SIGSEGV, "a write to a read-only page raises SIGSEGV");
	ok(seen.si_addr == read_only + 3 && seen.si_code == SEGV_ACCERR &&
	   error_bits() == (ERROR_USER | ERROR_WRITE),
	   "siginfo and the error code describe a write to a read-only page");
	is(read_only[3], 0, "a write to a read-only page does not change it");
	is(FAULTS(byte = read_only[0]), 0, "a read of a read-only page succeeds");

	is(FAULTS(((void (*)(void))no_exec)()), SIGSEGV,
	   "executing a page without PROT_EXEC raises SIGSEGV");
	ok(seen.si_addr == no_exec && seen.si_code == SEGV_ACCERR,
	   "siginfo of a jump to a page without PROT_EXEC has the target and SEGV_ACCERR");
	is(error_bits(), ERROR_USER | ERROR_FETCH,
	   "the error code of a jump says instruction fetch");
	is(frame.uc_mcontext.gregs[REG_RIP], (long)no_exec,
	   "the frame of a jump to a page without PROT_EXEC has the target as RIP");
	mprotect((void *)no_exec, 4096, PROT_READ | PROT_EXEC);
	is(FAULTS(((void (*)(void))no_exec)()), 0, "a page runs after PROT_EXEC is added");

	mprotect((void *)no_exec, 4096, PROT_NONE);
	is(FAULTS(byte = *no_exec), SIGSEGV, "a read of a PROT_NONE page raises SIGSEGV");
	is(seen.si_code, SEGV_ACCERR, "siginfo of a read of a PROT_NONE page has SEGV_ACCERR");
	is(FAULTS(*(volatile char *)0 = 1), SIGSEGV,
	   "a write through a null pointer raises SIGSEGV");
	ok(seen.si_addr == NULL && seen.si_code == SEGV_MAPERR,
	   "siginfo of a null pointer has address 0 and SEGV_MAPERR");

	is(FAULTS(byte = *(volatile char *)0x8000000000001234), SIGSEGV,
	   "a read of a non-canonical address raises SIGSEGV");
	ok(seen.si_addr == NULL && seen.si_code == SI_KERNEL,
	   "siginfo of a general protection fault has SI_KERNEL and no address");
	is(FAULTS(byte = *(volatile char *)0xffffffff80000000), SIGSEGV,
	   "a read of an address in the kernel's half raises SIGSEGV");
	ok(seen.si_addr == (void *)0xffffffff80000000 && seen.si_code == SEGV_MAPERR,
	   "siginfo has the address in the kernel's half and SEGV_MAPERR");
	is(FAULTS(((void (*)(void))0x1000)()), SIGSEGV,
	   "a jump to an unmapped address raises SIGSEGV");
	ok(seen.si_addr == (void *)0x1000 && frame.uc_mcontext.gregs[REG_RIP] == 0x1000,
	   "siginfo and RIP of a jump to an unmapped address have the target");
	/* The access begins in a present page and crosses into a missing one. */
	char *pair = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(pair + 4096, 4096);
	is(FAULTS(*(volatile long *)(pair + 4092) = -1), SIGSEGV,
	   "a write that crosses into a missing page raises SIGSEGV");
	ok(seen.si_addr == pair + 4096,
	   "siginfo has the first missing address of a write that crosses pages");
	is(*(int *)(pair + 4092), 0, "a write that crosses into a missing page writes nothing");
	munmap(pair, 4096);
	munmap((void *)(gone + 4096), 8192);
	(void)byte;
}

static void bus_errors(void)
{
	int fd = memfd_create("short", 0);
	volatile char *area;

	ftruncate(fd, 8192);
	area = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	area[5000] = 1;
	is(FAULTS(area[8192] = 1), SIGBUS,
	   "a write to a mapped page beyond the file's end raises SIGBUS");
	ok(seen.si_addr == area + 8192 && seen.si_code == BUS_ADRERR,
	   "siginfo of an access beyond the file's end has BUS_ADRERR and the address");
	ftruncate(fd, 4096);
	is(FAULTS(area[5000] = 1), SIGBUS,
	   "a write to a page that truncation removed raises SIGBUS");
	ftruncate(fd, 8192);
	is(FAULTS(area[5000]++), 0, "a truncated page is accessible after the file grows again");
	is(area[5000], 1, "a truncated page returns filled with zeros");
	munmap((void *)area, 16384);
	close(fd);
}

static volatile int zero;

static void arithmetic_and_codes(void)
{
	unsigned int control = 0x1f80 & ~(1u << 9), saved;
	volatile int result;
	volatile double quotient = 1, divisor = 0;

	is(FAULTS(asm volatile("idivl %1" : "=a"(result) : "m"(zero), "a"(1), "d"(0))), SIGFPE,
	   "an integer division by zero raises SIGFPE");
	is(seen.si_code, FPE_INTDIV, "siginfo of an integer division by zero has FPE_INTDIV");
	is(frame.uc_mcontext.gregs[REG_TRAPNO], 0, "the trap number of a division error is 0");
	ok(seen.si_addr == (void *)frame.uc_mcontext.gregs[REG_RIP],
	   "siginfo of a division error has the instruction's address");
	is(FAULTS(asm volatile("idivl %1" : "=a"(result) : "r"(-1), "a"(0x80000000), "d"(-1))),
	   SIGFPE, "an integer division whose quotient overflows raises SIGFPE");
	asm volatile("stmxcsr %0" : "=m"(saved));
	is(FAULTS(({ asm volatile("ldmxcsr %0" : : "m"(control));
		     quotient = quotient / divisor; })), SIGFPE,
	   "an unmasked SSE division by zero raises SIGFPE");
	is(seen.si_code, FPE_FLTDIV, "siginfo of an SSE division by zero has FPE_FLTDIV");
	asm volatile("ldmxcsr %0" : : "m"(saved));
	unsigned short x87 = 0x37f & ~4, x87_old;

	asm volatile("fnstcw %0" : "=m"(x87_old));
	is(FAULTS(asm volatile("fldcw %0\n\tfldz\n\tfld1\n\tfdivp\n\tfwait" : : "m"(x87))), SIGFPE,
	   "an unmasked x87 division by zero raises SIGFPE");
	is(seen.si_code, FPE_FLTDIV, "siginfo of an x87 division by zero has FPE_FLTDIV");
	asm volatile("fnclex\n\tfninit\n\tfldcw %0" : : "m"(x87_old));

	is(FAULTS(asm volatile("ud2")), SIGILL, "ud2 raises SIGILL");
	ok(seen.si_code == ILL_ILLOPN && seen.si_addr == (void *)frame.uc_mcontext.gregs[REG_RIP],
	   "siginfo of ud2 has ILL_ILLOPN and the instruction's address");
	is(frame.uc_mcontext.gregs[REG_TRAPNO], 6, "the trap number of ud2 is 6");

	is(FAULTS(asm volatile("int3")), SIGTRAP, "int3 raises SIGTRAP");
	is(seen.si_code, SI_KERNEL, "siginfo of int3 has SI_KERNEL");
	is(((unsigned char *)frame.uc_mcontext.gregs[REG_RIP])[-1], 0xcc,
	   "RIP in the frame of int3 points after the instruction");
	is(FAULTS(asm volatile("pushf\n\torl $0x100, (%%rsp)\n\tpopf\n\tnop\n\tnop" : : : "memory",
			       "cc")), SIGTRAP,
	   "the trap flag raises SIGTRAP after one instruction");
	is(seen.si_code, TRAP_TRACE, "siginfo of the trap flag has TRAP_TRACE");
}

static volatile int nr_repaired;
static char *lazy_area;

/* Makes the page that faulted writable and lets the instruction run again. */
static void repair(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	nr_repaired++;
	mprotect((void *)((unsigned long)info->si_addr & ~4095ul), 4096, PROT_READ | PROT_WRITE);
}

static void skip_instruction(int number, siginfo_t *info, void *context)
{
	ucontext_t *here = context;

	(void)number, (void)info;
	here->uc_mcontext.gregs[REG_RIP] += 2;
	here->uc_mcontext.gregs[REG_RAX] = 1234;
}

static void going_on(void)
{
	enum { PAGES = 300 };
	volatile int bad = 0;
	long result = 0;

	lazy_area = mmap(NULL, PAGES * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	handle(SIGSEGV, repair, 0);
	for (int i = 0; i < PAGES; i++)
		lazy_area[i * 4096 + i] = i;
	for (int i = 0; i < PAGES; i++)
		bad += lazy_area[i * 4096 + i] != (char)i;
	ok(nr_repaired == PAGES && !bad,
	   "300 faulting instructions succeed after the handler makes their pages accessible");
	munmap(lazy_area, PAGES * 4096);
	handle(SIGILL, skip_instruction, 0);
	asm volatile("ud2" : "=a"(result) : "0"(0));
	is(result, 1234, "a handler can skip the faulting instruction and set a register");
	handle(SIGSEGV, leave, 0);
	handle(SIGILL, leave, 0);
	bad = 0;
	for (int i = 0; i < 2000; i++)
		bad += FAULTS(*(volatile char *)16 = 1) != SIGSEGV;
	is(bad, 0, "siglongjmp can leave the handlers of 2000 faults");
}

static char overflow_stack[65536];
static void *fault_address;

static void on_overflow(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	fault_address = info->si_addr;
	siglongjmp(back, 2);
}

__attribute__((noinline, optimize("O0"))) static int recurse(int n)
{
	volatile char block[2000];

	block[0] = n;
	return n ? recurse(n + 1) + block[0] : 0;
}

static void stack_overflow(void)
{
	stack_t stack = { .ss_sp = overflow_stack, .ss_size = sizeof(overflow_stack) };
	struct rlimit limit;
	char here;

	getrlimit(RLIMIT_STACK, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		return skip("endless recursion ends in SIGSEGV", "the stack has no limit");
	sigaltstack(&stack, NULL);
	handle(SIGSEGV, on_overflow, SA_ONSTACK);
	if (sigsetjmp(back, 1) == 0)
		recurse(1);
	long depth = &here - (char *)fault_address;

	ok(depth > (long)limit.rlim_cur / 2 && depth <= (long)limit.rlim_cur + 65536,
	   "endless recursion ends in SIGSEGV at the stack's limit (%ld KiB deep)", depth / 1024);
	handle(SIGSEGV, leave, 0);
}

/* A fault kills the process even if its signal is blocked or ignored. */
static void forced(void)
{
	sigset_t block;
	int status;
	pid_t pid = fork();

	sigfillset(&block);
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		sigprocmask(SIG_BLOCK, &block, NULL);
		*(volatile char *)0 = 0;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(status & 0x7f, SIGSEGV, "a fault kills the process when SIGSEGV is blocked");
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGILL, SIG_IGN);
		asm volatile("ud2");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(status & 0x7f, SIGILL, "a fault kills the process when SIGILL is ignored");
}

int main(void)
{
	handle(SIGSEGV, leave, 0);
	handle(SIGBUS, leave, 0);
	handle(SIGFPE, leave, 0);
	handle(SIGILL, leave, 0);
	handle(SIGTRAP, leave, 0);
	memory_faults();
	bus_errors();
	arithmetic_and_codes();
	going_on();
	stack_overflow();
	forced();
	return tap_done();
}
