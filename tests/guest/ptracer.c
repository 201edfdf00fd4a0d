// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptracer.c - test ptrace as strace and gdb use it: stops, registers, memory, single steps, events
 *
 * t5020-ptrace.sh runs this program in a guest. This file is longer than 500 lines because its
 * claims share the helpers at its start.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tap.h"

#ifndef PTRACE_GET_SYSCALL_INFO
#define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#endif

/* Copied from ptrace(2), because <linux/ptrace.h> conflicts with <sys/ptrace.h>. */
struct call_info {
	unsigned char op, pad[3];
	unsigned int arch;
	unsigned long instruction_pointer, stack_pointer;
	union {
		struct { unsigned long nr, args[6]; } entry;
		struct { long rval; unsigned char is_error; } exit;
	};
};

static long trace(int what, pid_t pid, unsigned long address, unsigned long data)
{
	return ptrace(what, pid, (void *)address, (void *)data);
}

static int next_stop(pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, __WALL) < 0)
		return -1;
	return status;
}

static pid_t traced(int (*work)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(work());
	}
	if (next_stop(pid) != (SIGSTOP << 8 | 0x7f))
		bail("the child did not stop");
	return pid;
}

static void finish(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) == pid && !WIFEXITED(status) && !WIFSIGNALED(status))
		;
}

static volatile long variable = 0x1122334455667788;

static int calls(void)
{
	syscall(SYS_getppid);
	syscall(SYS_close, 9999);
	return 3;
}

static void system_call_stops(void)
{
	pid_t pid = traced(calls);
	struct user_regs_struct regs;
	struct call_info info;
	long size;

	trace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	is(next_stop(pid), (SIGTRAP | 0x80) << 8 | 0x7f,
	   "a traced child stops at the entry of a system call");
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	is(regs.orig_rax, SYS_getppid, "orig_rax holds the number at entry");
	is(regs.rax, -ENOSYS, "rax holds -ENOSYS at entry");
	size = trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (long)&info);
	ok(size > 0 && info.op == 1 && info.entry.nr == SYS_getppid && info.arch == 0xc000003e,
	   "PTRACE_GET_SYSCALL_INFO describes the entry");
	ok(info.instruction_pointer == regs.rip && info.stack_pointer == regs.rsp,
	   "PTRACE_GET_SYSCALL_INFO holds the stack and instruction pointers");
	trace(PTRACE_SYSCALL, pid, 0, 0);
	is(next_stop(pid), (SIGTRAP | 0x80) << 8 | 0x7f,
	   "a traced child stops at the exit of a system call");
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	is(regs.rax, getpid(), "rax holds the result at exit");
	trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (long)&info);
	ok(info.op == 2 && info.exit.rval == getpid() && !info.exit.is_error,
	   "PTRACE_GET_SYSCALL_INFO describes the exit");

	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	ok(regs.orig_rax == SYS_close && regs.rdi == 9999, "arguments are in their registers");
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (long)&info);
	ok(info.exit.rval == -EBADF && info.exit.is_error,
	   "PTRACE_GET_SYSCALL_INFO marks an error");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 3 << 8, "a continued child exits with its own status");
}

static int ask_pid(void)
{
	return syscall(SYS_getppid) == 4242 && syscall(SYS_getppid) == getpid() && errno == 0;
}

static void changed_calls(void)
{
	pid_t pid = traced(ask_pid);
	struct user_regs_struct regs;

	trace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	/* First, suppress the call by the number -1 and set a result. */
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	regs.orig_rax = -1;
	trace(PTRACE_SETREGS, pid, 0, (long)&regs);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	is(regs.rax, -ENOSYS, "a call whose number becomes -1 is suppressed");
	regs.rax = 4242;
	trace(PTRACE_SETREGS, pid, 0, (long)&regs);
	/* Second, change the number. */
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	is(trace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), SYS_getpid), 0,
	   "POKEUSER changes the number of a call");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8,
	   "the child sees the tracer's result, then the result of the changed call");
}

static int ask_nothing(void)
{
	return syscall(5000, 1, 2, 3) == -1 && errno == ENOSYS;
}

/* Only the number -1 preserves the rax that the tracer sets. */
static void calls_out_of_range(void)
{
	pid_t pid = traced(ask_nothing);

	trace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), -9999);
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8,
	   "a number beyond the table gives ENOSYS, whatever the tracer put into rax");
}

static int stop_with_registers(void)
{
	unsigned long rbx = 0x1111, r12 = 0x2222, r15 = 0x3333, r11 = 0;

	asm volatile("mov $0x1111, %%rbx\n\tmov $0x2222, %%r12\n\tmov $0x3333, %%r15\n\t"
		     "mov $0x4444, %%r11\n\tstc\n\tint3"
		     : "=b"(rbx), "=&r"(r11) : : "r12", "r15", "memory");
	asm volatile("mov %%r12, %0\n\tmov %%r15, %1" : "=r"(r12), "=r"(r15));
	return rbx == 0x7777;
}

static void registers(void)
{
	pid_t pid = traced(stop_with_registers);
	struct user_regs_struct regs, by_set;
	struct iovec vector = { &by_set, sizeof(by_set) };

	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "int3 stops the child with SIGTRAP");
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	ok(regs.rbx == 0x1111 && regs.r12 == 0x2222 && regs.r15 == 0x3333,
	   "GETREGS shows the registers");
	ok((regs.eflags & 1) && (regs.eflags & 0x200), "GETREGS shows the flags");
	ok(regs.cs == 0x33 && regs.ss == 0x2b, "GETREGS shows the selectors of 64-bit code");
	is(regs.orig_rax, -1, "orig_rax is -1 outside a system call");
	ok(regs.fs_base != 0, "GETREGS shows fs_base");
	is(trace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (long)&vector), 0,
	   "PTRACE_GETREGSET reads NT_PRSTATUS");
	ok(vector.iov_len == sizeof(regs) && !memcmp(&regs, &by_set, sizeof(regs)),
	   "NT_PRSTATUS equals the result of GETREGS");
	is(trace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, r12), 0), 0x2222,
	   "PEEKUSER reads one register");
	is(((unsigned char)trace(PTRACE_PEEKTEXT, pid, regs.rip - 1, 0)), 0xcc,
	   "PEEKTEXT shows int3 before rip");
	regs.rbx = 0x7777;
	is(trace(PTRACE_SETREGS, pid, 0, (long)&regs), 0, "SETREGS succeeds");
	regs.cs = 0x10;
	ok(trace(PTRACE_SETREGS, pid, 0, (long)&regs) == -1 && errno == EIO,
	   "SETREGS rejects a kernel selector");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8, "the child continues with the changed register");
}

static int stop_with_fp(void)
{
	static const double values[2] = { 1.5, -2.25 };
	static double out[2];

	asm volatile("movupd %1, %%xmm7\n\tfld1\n\tint3\n\tmovupd %%xmm7, %0\n\tfstp %%st(0)"
		     : "=m"(out) : "m"(values) : "xmm7", "memory");
	return out[0] == 8.0 && out[1] == 9.0;
}

static void fp_registers(void)
{
	pid_t pid = traced(stop_with_fp);
	struct user_fpregs_struct fp;
	static unsigned char xstate[16384];
	struct iovec vector = { xstate, sizeof(xstate) };
	double values[2];
	unsigned long features;

	trace(PTRACE_CONT, pid, 0, 0);
	next_stop(pid);
	is(trace(PTRACE_GETFPREGS, pid, 0, (long)&fp), 0, "GETFPREGS succeeds");
	memcpy(values, &fp.xmm_space[7 * 4], 16);
	ok(values[0] == 1.5 && values[1] == -2.25, "GETFPREGS shows xmm7");
	ok(fp.cwd == 0x37f && fp.mxcsr == 0x1f80 && ((fp.swd >> 11) & 7) == 7,
	   "GETFPREGS shows the control words");
	is(trace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, (long)&vector), 0,
	   "PTRACE_GETREGSET reads NT_X86_XSTATE");
	ok(vector.iov_len >= 576 && !memcmp(xstate, &fp, 416),
	   "NT_X86_XSTATE starts with the image of GETFPREGS (%zu bytes)", vector.iov_len);
	memcpy(&features, xstate + 464, 8);
	ok((features & 3) == 3, "NT_X86_XSTATE names the processor's features (%#lx)", features);
	values[0] = 8.0, values[1] = 9.0;
	memcpy(xstate + 160 + 7 * 16, values, 16);
	xstate[512] |= 2;
	is(trace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, (long)&vector), 0,
	   "PTRACE_SETREGSET writes NT_X86_XSTATE");
	trace(PTRACE_GETFPREGS, pid, 0, (long)&fp);
	ok(!memcmp(values, &fp.xmm_space[7 * 4], 16),
	   "GETFPREGS reads back what NT_X86_XSTATE set");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8, "the child sees what NT_X86_XSTATE set");
	pid = traced(stop_with_fp);
	trace(PTRACE_CONT, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_GETFPREGS, pid, 0, (long)&fp);
	memcpy(&fp.xmm_space[7 * 4], values, 16);
	is(trace(PTRACE_SETFPREGS, pid, 0, (long)&fp), 0, "SETFPREGS succeeds");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8, "the child sees what SETFPREGS set");
}

static int wait_for_change(void)
{
	while (variable == 0x1122334455667788)
		usleep(1000);
	return variable == 0x5566;
}

__attribute__((noinline)) static int target(int n)
{
	asm volatile("");
	return n + 1;
}

static int call_target(void)
{
	return target(1) + target(2);
}

static void memory(void)
{
	pid_t pid = traced(wait_for_change);
	static const char message[] = "read only text";

	is(trace(PTRACE_PEEKDATA, pid, (long)&variable, 0), 0x1122334455667788,
	   "PEEKDATA reads a word");
	is(trace(PTRACE_POKEDATA, pid, (long)&variable, 0x5566), 0, "POKEDATA writes a word");
	is(variable, 0x1122334455667788, "POKEDATA writes only in the child");
	errno = 0;
	ok(trace(PTRACE_PEEKDATA, pid, 0x10, 0) == -1 && errno == EIO,
	   "PEEKDATA of an unmapped address gives EIO");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 1 << 8, "the child sees the word that POKEDATA wrote");

	/* Set a breakpoint in program text, which is shared and read-only. */
	pid = traced(call_target);
	unsigned long address = (unsigned long)target, text = trace(PTRACE_PEEKTEXT, pid, address,
								    0);
	struct user_regs_struct regs;
	int hits = 0, status;

	is(trace(PTRACE_POKETEXT, pid, address, (text & ~0xfful) | 0xcc), 0,
	   "POKETEXT writes a breakpoint into read-only text");
	for (;;) {
		trace(PTRACE_CONT, pid, 0, 0);
		status = next_stop(pid);
		if (!WIFSTOPPED(status))
			break;
		trace(PTRACE_GETREGS, pid, 0, (long)&regs);
		if (regs.rip != address + 1)
			break;
		hits++;
		regs.rip = address;
		trace(PTRACE_SETREGS, pid, 0, (long)&regs);
		trace(PTRACE_POKETEXT, pid, address, text);
		trace(PTRACE_SINGLESTEP, pid, 0, 0);
		if (next_stop(pid) != (SIGTRAP << 8 | 0x7f))
			break;
		trace(PTRACE_POKETEXT, pid, address, (text & ~0xfful) | 0xcc);
	}
	is(hits, 2, "two calls hit the breakpoint, and a step passes it");
	is(status, 5 << 8, "the child's result is right despite the breakpoint");
	is(target(3), 4, "the breakpoint leaves the tracer's text unchanged");
	ok(message[0] == 'r', "the tracer's data stays unchanged");
}

static int count_down(void)
{
	unsigned long sum = 0;

	asm volatile("mov $10, %%ecx\n\tint3\n1:\tadd %%rcx, %0\n\tdec %%ecx\n\tjnz 1b\n\tint3"
		     : "+r"(sum) : : "rcx", "cc", "memory");
	return sum;
}

static int step_over_call(void)
{
	unsigned long flags;

	asm volatile("int3\n\tmov %1, %%eax\n\tsyscall\n\tnop\n\tpushf\n\tpop %0\n\tint3"
		     : "=r"(flags) : "i"(SYS_getppid) : "rax", "rcx", "r11", "memory");
	return (flags & 0x100) != 0;
}

static void single_steps(void)
{
	pid_t pid = traced(count_down);
	struct user_regs_struct regs;
	int steps = 0;
	siginfo_t info;

	trace(PTRACE_CONT, pid, 0, 0);
	next_stop(pid);
	do {
		trace(PTRACE_SINGLESTEP, pid, 0, 0);
		if (next_stop(pid) != (SIGTRAP << 8 | 0x7f))
			break;
		trace(PTRACE_GETREGS, pid, 0, (long)&regs);
		steps++;
	} while (steps < 100 && (unsigned char)trace(PTRACE_PEEKTEXT, pid, regs.rip, 0) != 0xcc);
	is(steps, 30, "ten rounds of three instructions are thirty steps");
	trace(PTRACE_GETSIGINFO, pid, 0, (long)&info);
	ok(info.si_signo == SIGTRAP && info.si_code == TRAP_TRACE,
	   "each step is a SIGTRAP with TRAP_TRACE");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "a breakpoint after the loop is hit");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 55 << 8, "the sum of a single-stepped loop is right");

	pid = traced(step_over_call);
	trace(PTRACE_CONT, pid, 0, 0);
	next_stop(pid);
	steps = 0;
	do {
		trace(PTRACE_SINGLESTEP, pid, 0, 0);
		next_stop(pid);
		trace(PTRACE_GETREGS, pid, 0, (long)&regs);
		steps++;
	} while (steps < 100 && (unsigned char)trace(PTRACE_PEEKTEXT, pid, regs.rip, 0) != 0xcc);
	is(steps, 5, "a step over a system call stops at the next instruction");
	finish(pid);
}

static volatile int handled;

static void on_usr1(int number)
{
	handled = number;
}

static int handle_usr1(void)
{
	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, on_usr1);
	raise(SIGUSR1);
	return handled;
}

static void signals(void)
{
	pid_t pid = traced(handle_usr1);
	siginfo_t info;

	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGUSR1 << 8 | 0x7f, "a signal stops the child before its handler");
	is(trace(PTRACE_GETSIGINFO, pid, 0, (long)&info), 0, "GETSIGINFO succeeds");
	ok(info.si_signo == SIGUSR1 && info.si_code == SI_TKILL && info.si_pid == pid,
	   "GETSIGINFO describes the signal");
	trace(PTRACE_CONT, pid, 0, SIGUSR2);
	is(next_stop(pid), SIGUSR2 << 8, "the tracer can deliver another signal instead");
	pid = traced(handle_usr1);
	trace(PTRACE_CONT, pid, 0, 0);
	next_stop(pid);
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 0, "the tracer can suppress a signal");
}

static int idle(void)
{
	for (;;)
		pause();
	return 0;
}

static int idle_busy(void)
{
	for (;;)
		variable++;
	return 0;
}

static void attaching(int (*work)(void), const char *what)
{
	struct user_regs_struct regs;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work());
	usleep(30000);
	is(trace(PTRACE_ATTACH, pid, 0, 0), 0, what);
	is(next_stop(pid), SIGSTOP << 8 | 0x7f, "an attached process stops");
	is(trace(PTRACE_GETREGS, pid, 0, (long)&regs), 0, "GETREGS works on an attached process");
	is(trace(PTRACE_DETACH, pid, 0, 0), 0, "PTRACE_DETACH succeeds");
	usleep(10000);
	is(waitpid(pid, &status, WNOHANG), 0, "a detached process continues");
	is(trace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT), 0, "PTRACE_SEIZE succeeds");
	usleep(10000);
	is(waitpid(pid, &status, WNOHANG), 0, "PTRACE_SEIZE does not stop the process");
	is(trace(PTRACE_INTERRUPT, pid, 0, 0), 0, "PTRACE_INTERRUPT succeeds");
	is(next_stop(pid), PTRACE_EVENT_STOP << 16 | SIGTRAP << 8 | 0x7f,
	   "PTRACE_INTERRUPT stops the process");
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGTERM);
	is(next_stop(pid), SIGTERM << 8 | 0x7f, "the tracer sees a fatal signal first");
	trace(PTRACE_CONT, pid, 0, SIGTERM);
	is(next_stop(pid), PTRACE_EVENT_EXIT << 16 | SIGTRAP << 8 | 0x7f,
	   "the exit event follows a fatal signal");
	unsigned long message = 0;

	trace(PTRACE_GETEVENTMSG, pid, 0, (long)&message);
	is(message, SIGTERM, "the exit event announces the exit status");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTERM, "the end follows the exit event");
}

static int fork_and_exec(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(6);
	waitpid(pid, &status, 0);
	execl("/proc/self/exe", "ptracer", "--exit", NULL);
	return 1;
}

static void events(void)
{
	pid_t pid = traced(fork_and_exec), child;
	unsigned long message = 0;
	int status, first;

	trace(PTRACE_SETOPTIONS, pid, 0,
	      PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), PTRACE_EVENT_FORK << 16 | SIGTRAP << 8 | 0x7f,
	   "a fork raises the fork event");
	trace(PTRACE_GETEVENTMSG, pid, 0, (long)&message);
	child = message;
	first = next_stop(child);
	ok(child > 0 && WIFSTOPPED(first), "the fork event names the child, which stops, too");
	trace(PTRACE_CONT, child, 0, 0);
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(child), PTRACE_EVENT_EXIT << 16 | SIGTRAP << 8 | 0x7f,
	   "the exit of the child raises the exit event");
	trace(PTRACE_CONT, child, 0, 0);
	is(next_stop(child), 6 << 8, "the child ends with its status");
	do {
		status = next_stop(pid);
		if (status == (SIGCHLD << 8 | 0x7f))
			trace(PTRACE_CONT, pid, 0, SIGCHLD);
	} while (status == (SIGCHLD << 8 | 0x7f));
	is(status, PTRACE_EVENT_EXEC << 16 | SIGTRAP << 8 | 0x7f, "an exec raises the exec event");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), PTRACE_EVENT_EXIT << 16 | SIGTRAP << 8 | 0x7f,
	   "the exit of the new program raises the exit event");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 44 << 8, "the new program ends with its status");
}

/* Makes the child execute `syscall` with the tracer's registers, as gdb calls functions. */
static void injection(void)
{
	pid_t pid = traced(idle);
	struct user_regs_struct saved, regs;
	unsigned long text;
	int status;

	trace(PTRACE_GETREGS, pid, 0, (long)&saved);
	text = trace(PTRACE_PEEKTEXT, pid, saved.rip, 0);
	trace(PTRACE_POKETEXT, pid, saved.rip, (text & ~0xfffffful) | 0xcc050f);
	regs = saved;
	regs.rax = SYS_mmap;
	regs.orig_rax = -1;
	regs.rdi = 0, regs.rsi = 8192, regs.rdx = PROT_READ | PROT_WRITE;
	regs.r10 = MAP_PRIVATE | MAP_ANONYMOUS, regs.r8 = -1, regs.r9 = 0;
	trace(PTRACE_SETREGS, pid, 0, (long)&regs);
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "the tracer injects a system call");
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	ok((long)regs.rax > 0 && regs.rax % 4096 == 0,
	   "the injected call maps memory in the child");
	is(trace(PTRACE_POKEDATA, pid, regs.rax + 4096, 7), 0,
	   "the tracer can write to the mapped memory");
	trace(PTRACE_POKETEXT, pid, saved.rip, text);
	trace(PTRACE_SETREGS, pid, 0, (long)&saved);
	trace(PTRACE_CONT, pid, 0, 0);
	usleep(20000);
	is(waitpid(pid, &status, WNOHANG), 0, "the child continues where it was");
	finish(pid);
}

static void refusals(void)
{
	struct user_regs_struct regs;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(idle());
	ok(trace(PTRACE_GETREGS, pid, 0, (long)&regs) == -1 && errno == ESRCH,
	   "a process that is not traced gives ESRCH");
	trace(PTRACE_SEIZE, pid, 0, 0);
	ok(trace(PTRACE_GETREGS, pid, 0, (long)&regs) == -1 && errno == ESRCH,
	   "a process that is not stopped gives ESRCH");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	pid = traced(idle);
	ok(trace(PTRACE_POKEUSER, pid, 100000, 1) == -1 && errno == EIO,
	   "POKEUSER beyond the area gives EIO");
	ok(trace(PTRACE_CONT, pid, 0, 9999) == -1 && errno == EIO, "an invalid signal gives EIO");
	finish(pid);
}

static int load_watched(void)
{
	variable = 1;
	return 2;
}

static int stop_with_selector(void)
{
	unsigned int now;

	asm volatile("mov %0, %%gs" : : "r"(0x2b));
	raise(SIGTRAP);
	asm volatile("mov %%gs, %0" : "=r"(now));
	raise(SIGTRAP);
	return now != 0x2b;
}

/* A data segment register accepts the selector of a flat segment or a null selector. */
static void selectors(void)
{
	pid_t pid = traced(stop_with_selector);
	size_t gs = offsetof(struct user_regs_struct, gs);
	size_t base = offsetof(struct user_regs_struct, gs_base);
	struct user_regs_struct regs;

	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "the child loads a selector and stops");
	trace(PTRACE_GETREGS, pid, 0, (long)&regs);
	if (regs.gs)
		is(regs.gs, 0x2b, "the debugger sees the selector");
	else
		skip("the debugger sees the selector", "the engine leaves it in the processor");
	is(trace(PTRACE_SETREGS, pid, 0, (long)&regs), 0,
	   "the debugger can write all registers back unchanged");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "the child stops after it checked its selector");
	ok(trace(PTRACE_POKEUSER, pid, gs, 0x10) == -1 && errno == EIO,
	   "POKEUSER rejects a kernel selector");
	is(trace(PTRACE_POKEUSER, pid, gs, 0x7), 0,
	   "POKEUSER accepts the selector of an absent descriptor");
	is(trace(PTRACE_POKEUSER, pid, base, 0xff), 0, "POKEUSER sets a segment base");
	is(trace(PTRACE_PEEKUSER, pid, base, 0), 0xff, "PEEKUSER shows the segment base");
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), 0, "the child continues with its own selector");
}

/* Tests hardware watchpoints, as gdb sets them. A port may reject them; gdb then single-steps. */
static void debug_registers(void)
{
	pid_t pid = traced(load_watched);
	size_t base = offsetof(struct user, u_debugreg);

	if (trace(PTRACE_POKEUSER, pid, base, (long)&variable) < 0 ||
	    trace(PTRACE_POKEUSER, pid, base + 7 * 8, 0x1 | 0xd0000) < 0) {
		skip("a hardware watchpoint stops the child", "the host rejects debug registers");
		finish(pid);
		return;
	}
	trace(PTRACE_CONT, pid, 0, 0);
	is(next_stop(pid), SIGTRAP << 8 | 0x7f, "a hardware watchpoint stops the child");
	is(trace(PTRACE_PEEKUSER, pid, base + 6 * 8, 0) & 15, 1, "DR6 names the watchpoint");
	finish(pid);

	pid = traced(load_watched);
	trace(PTRACE_POKEUSER, pid, base, (long)&variable);
	trace(PTRACE_POKEUSER, pid, base + 7 * 8, 0x1 | 0xd0000);
	trace(PTRACE_DETACH, pid, 0, 0);
	is(next_stop(pid) & 0x7f, SIGTRAP, "a watchpoint stays when the debugger detaches");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 44;
	system_call_stops();
	changed_calls();
	calls_out_of_range();
	registers();
	fp_registers();
	memory();
	single_steps();
	signals();
	attaching(idle, "attaching to a process that waits");
	attaching(idle_busy, "attaching to a process that computes");
	events();
	injection();
	refusals();
	selectors();
	debug_registers();
	return tap_done();
}
