// SPDX-License-Identifier: GPL-2.0-only
/*
 * privileged.c - test the signals of privileged instructions and old kernel entry points
 *
 * t5000-signals.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "tap.h"

static sigjmp_buf back;
static siginfo_t seen;
static long seen_rip, seen_trap;
static volatile int seen_signal;

static void leave(int number, siginfo_t *info, void *context)
{
	ucontext_t *frame = context;

	seen_signal = number;
	seen = *info;
	seen_rip = frame->uc_mcontext.gregs[REG_RIP];
	seen_trap = frame->uc_mcontext.gregs[REG_TRAPNO];
	siglongjmp(back, 1);
}

#define SIGNAL_OF(action) \
	(seen_signal = 0, sigsetjmp(back, 1) == 0 ? ({ action; }) : (void)0, seen_signal)

/* Claims that an instruction causes a general protection fault at its own address. */
#define PROTECTED(title, code) do { \
		is(SIGNAL_OF(asm volatile(code : : : "rax", "rbx", "rcx", "rdx", "rdi", \
					  "memory")), \
		   SIGSEGV, title " raises SIGSEGV"); \
		ok(seen.si_code == SI_KERNEL && seen.si_addr == NULL && seen_trap == 13, \
		   title " causes a general protection fault (si_code %d, trap %ld)", \
		   seen.si_code, seen_trap); \
	} while (0)

static void instructions(void)
{
	PROTECTED("hlt", "hlt");
	PROTECTED("cli", "cli");
	PROTECTED("sti", "sti");
	PROTECTED("in", "in $0x80, %%al");
	PROTECTED("out", "out %%al, $0x80");
	PROTECTED("rdmsr", "mov $0x10, %%ecx\n\trdmsr");
	PROTECTED("wrmsr", "mov $0x10, %%ecx\n\txor %%eax, %%eax\n\txor %%edx, %%edx\n\twrmsr");
	PROTECTED("mov to cr3", "xor %%eax, %%eax\n\tmov %%rax, %%cr3");
	PROTECTED("mov from cr0", "mov %%cr0, %%rax");
	PROTECTED("mov to dr7", "xor %%eax, %%eax\n\tmov %%rax, %%dr7");
	PROTECTED("invlpg", "invlpg (%%rsp)");
	PROTECTED("wbinvd", "wbinvd");
	PROTECTED("clts", "clts");
	PROTECTED("lgdt", "sub $16, %%rsp\n\tlgdt (%%rsp)");
	PROTECTED("swapgs", "swapgs");
	PROTECTED("loading a bad selector", "mov $0x1237, %%eax\n\tmov %%eax, %%ds");
	PROTECTED("int $0x81", "int $0x81");
	PROTECTED("iretq to ring 0",
		  "mov %%rsp, %%rax\n\tpush $0x18\n\tpush %%rax\n\tpushf\n\tpush $0x10\n\t"
		  "lea 1f(%%rip), %%rax\n\tpush %%rax\n\tiretq\n1:");
}

static void far_calls(void)
{
	/*
	 * 0x23 is the 32-bit code segment of a 64-bit kernel. The code lies below 4 GiB and ends
	 * with ud2.
	 */
	unsigned char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct { unsigned int offset; unsigned short segment; } __attribute__((packed)) target = {
		(unsigned int)(unsigned long)low, 0x23 };
	int number;

	if (low == MAP_FAILED)
		return skip("a far jump to a 32-bit segment raises a signal", "no low memory");
	low[0] = 0x0f, low[1] = 0x0b; /* ud2 */
	number = SIGNAL_OF(asm volatile("ljmp *%0" : : "m"(target)));
	ok(number == SIGSEGV || number == SIGILL,
	   "a far jump to a 32-bit segment raises a signal (%d)", number);
	is(getppid() > 0, 1, "system calls work after a far jump");
	low[0] = 0xb8, low[1] = 20, low[2] = low[3] = low[4] = 0; /* mov $20,%eax (getpid) */
	low[5] = 0xcd, low[6] = 0x80, low[7] = 0x0f, low[8] = 0x0b;
	number = SIGNAL_OF(asm volatile("ljmp *%0" : : "m"(target)));
	ok(number == SIGSEGV || number == SIGILL,
	   "a system call in 32-bit code raises a signal (%d)",
	   number);
	is(syscall(SYS_getpid), getpid(), "system calls work after a 32-bit system call");
}

static void old_doors(void)
{
	long result = 0;
	int number;

	number = SIGNAL_OF(asm volatile("mov $20, %%eax\n\tint $0x80" : "=a"(result)));
	if (in_guest()) {
		is(number, SIGSEGV, "int $0x80 raises SIGSEGV, as without 32-bit support");
		ok(seen.si_code == SI_KERNEL && seen_trap == 13,
		   "int $0x80 causes a general protection fault");
	} else {
		skip("int $0x80 raises SIGSEGV, as without 32-bit support",
		     "the host may have it");
	}
	number = SIGNAL_OF(asm volatile("mov $20, %%eax\n\tmov %%rsp, %%rbp\n\tsysenter" ::: "rax",
					"rcx", "rdx", "memory"));
	ok(number == SIGSEGV || number == SIGILL, "sysenter raises a signal (%d)", number);
	number = SIGNAL_OF(asm volatile(".byte 0xf1" ::: "memory"));
	is(number, SIGTRAP, "int1 raises SIGTRAP");
	number = SIGNAL_OF(asm volatile("int $4" ::: "memory"));
	is(number, SIGSEGV, "int $4 raises SIGSEGV");
	number = SIGNAL_OF(asm volatile("int3"));
	is(number, SIGTRAP, "int3 raises SIGTRAP");
	is(SIGNAL_OF(asm volatile("ud2")), SIGILL, "ud2 raises SIGILL");
	is(SIGNAL_OF(asm volatile("lock; .byte 0x89, 0xc0")), SIGILL,
	   "an invalid lock prefix raises SIGILL");
}

/* time() of the vsyscall page may be emulated, but the host's page must never be readable. */
static void vsyscall(void)
{
	volatile char *page = (void *)0xffffffffff600000;
	int number;

	number = SIGNAL_OF((void)*page);
	if (!number)
		return skip("the vsyscall page cannot be read", "the host maps it");
	is(number, SIGSEGV, "reading the vsyscall page raises SIGSEGV");
	number = SIGNAL_OF(((long (*)(long *))0xffffffffff600400)(NULL));
	ok(number == 0 || (number == SIGSEGV && seen_rip == (long)0xffffffffff600400),
	   "a call into the vsyscall page is emulated, or raises SIGSEGV there");
	number = SIGNAL_OF(((long (*)(long *))0xffffffffff601000)(NULL));
	is(number, SIGSEGV, "a call beyond the vsyscall page raises SIGSEGV");
	is(SIGNAL_OF(((void (*)(void))0x8000000000000000)()), SIGSEGV,
	   "a jump to a non-canonical address raises SIGSEGV");
	is(SIGNAL_OF(((void (*)(void))0xffffffff81000000)()), SIGSEGV,
	   "a jump into the kernel's half raises SIGSEGV");
	is(SIGNAL_OF(asm volatile("mov %%rsp, %%rbx\n\tmov $0x8000000000000000, %%rax\n\t"
				  "mov %%rax, %%rsp\n\tpush %%rbx"
				  ::: "rax", "rbx", "memory")),
	   SIGBUS, "a push on a non-canonical stack raises SIGBUS");
	/* The signal frame goes to the alternate stack, so the bad rsp does not matter. */
}

/* Tests that system call numbers beyond the table have no effect. */
static void odd_calls(void)
{
	int bad = 0, status;
	pid_t pid;

	for (long number = 100000; number < 100050; number++)
		bad += syscall(number) != -1 || errno != ENOSYS;
	is(bad, 0, "system calls beyond the table give ENOSYS");
	ok(syscall(-1) == -1 && errno == ENOSYS, "system call -1 gives ENOSYS");
	ok(syscall(0x40000000 + SYS_getpid) == -1 && errno == ENOSYS,
	   "a number with the x32 bit gives ENOSYS");
	pid = fork();
	if (pid == 0) {
		/* A kernel may use only the low half of rax as the number, or return ENOSYS. */
		long result = 0x100000000l + SYS_getpid;

		asm volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
		_exit(result != getpid() && result != -ENOSYS);
	}
	waitpid(pid, &status, 0);
	is(status, 0,
	   "a number with high bits set has no effect, or makes the call of its low half");
	long rcx, r11, here;

	asm volatile("syscall\n1:\tlea 1b(%%rip), %2" : "=c"(rcx), "=a"(here),
		     "=&r"(here) : "a"(SYS_getppid) : "r11", "memory");
	asm volatile("pushf\n\tpop %%rbx\n\tmov %1, %%eax\n\tsyscall\n\t"
		     "mov %%r11, %0\n\txor %%rbx, %0"
		     : "=r"(r11) : "i"(SYS_getppid) : "rax", "rbx", "rcx", "r11", "memory");
	is(rcx, here, "syscall leaves the return address in rcx");
	is(r11 & 0xcd5, 0, "syscall leaves the flags in r11");
}

int main(void)
{
	static char stack_memory[65536];
	stack_t stack = { .ss_sp = stack_memory, .ss_size = sizeof(stack_memory) };
	static const int numbers[] = { SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE };

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction action = { .sa_sigaction = leave,
					    .sa_flags = SA_SIGINFO | SA_ONSTACK };

		sigaction(numbers[i], &action, NULL);
	}
	instructions();
	old_doors();
	vsyscall();
	odd_calls();
	far_calls();
	return tap_done();
}
