// SPDX-License-Identifier: GPL-2.0-only
/*
 * host_sysemu.c - check what the ptrace engine needs from the host
 *
 * These are PTRACE_SYSEMU, access to the register sets, and the death of tracees with their
 * tracer. `make check` runs this program on the host.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tap.h"

#ifndef PTRACE_SYSEMU
#define PTRACE_SYSEMU 31
#define PTRACE_SYSEMU_SINGLESTEP 32
#endif

static int stop_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, __WALL);
	return status;
}

static void suppressed_calls(void)
{
	struct user_regs_struct regs;
	int status, calls = 0;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		/* The host makes none of these calls: the tracer answers 1000, 1001, ... */
		long first = syscall(SYS_exit_group, 9), second = syscall(SYS_getpid);

		syscall(SYS_kill, first == 1000 && second == 1001 ? 1 : 0, 0);
		for (;;)
			*(volatile char *)0x10 = 1;
	}
	stop_of(pid);
	is(ptrace(PTRACE_SETOPTIONS, pid, NULL,
		  (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)), 0,
	   "the host accepts PTRACE_O_EXITKILL");
	/* raise() makes further system calls before it returns. */
	for (;;) {
		if (ptrace(PTRACE_SYSEMU, pid, NULL, NULL)) {
			skip("PTRACE_SYSEMU stops at a system call and suppresses it",
			     strerror(errno));
			break;
		}
		status = stop_of(pid);
		if (!WIFSTOPPED(status))
			break;
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		if (WSTOPSIG(status) == SIGSEGV)
			break;
		if (regs.orig_rax == SYS_exit_group || regs.orig_rax == SYS_getpid)
			regs.rax = 1000 + (regs.orig_rax == SYS_getpid);
		else
			regs.rax = 0;
		if (regs.orig_rax == SYS_kill)
			calls += regs.rdi == 1;
		ptrace(PTRACE_SETREGS, pid, NULL, &regs);
	}
	ok(calls == 1, "PTRACE_SYSEMU suppresses a system call, and the tracer's result counts");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSEGV,
	   "a fault stops the tracee before its signal");
	siginfo_t info;

	ptrace(PTRACE_GETSIGINFO, pid, NULL, &info);
	ok(info.si_addr == (void *)0x10 && info.si_code == SEGV_MAPERR,
	   "PTRACE_GETSIGINFO reports the address of a fault");
	static unsigned char xstate[16384];
	struct iovec vector = { xstate, sizeof(xstate) };

	is(ptrace(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &vector), 0,
	   "the register set NT_X86_XSTATE is readable");
	is(ptrace(PTRACE_SETREGSET, pid, (void *)NT_X86_XSTATE, &vector), 0,
	   "the register set NT_X86_XSTATE is writable");
	kill(pid, SIGKILL);
	stop_of(pid);
}

static void end_with_tracer(void)
{
	int pipe_fd[2];
	pid_t grandchild = 0, tracer;

	pipe(pipe_fd);
	tracer = fork();
	if (tracer == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
			raise(SIGSTOP);
			for (;;)
				;
		}
		stop_of(pid);
		ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(long)PTRACE_O_EXITKILL);
		ptrace(PTRACE_CONT, pid, NULL, NULL);
		write(pipe_fd[1], &pid, sizeof(pid));
		raise(SIGKILL);
	}
	read(pipe_fd[0], &grandchild, sizeof(grandchild));
	stop_of(tracer);
	for (int i = 0; i < 1000 && kill(grandchild, 0) == 0; i++)
		usleep(10000);
	char path[64], state = 'X', text[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", grandchild);
	file = fopen(path, "r");
	if (file && fgets(text, sizeof(text), file) && strrchr(text, ')'))
		state = strrchr(text, ')')[2];
	ok(state == 'X' || state == 'Z', "a tracee dies with its tracer");
}

int main(void)
{
	suppressed_calls();
	end_with_tracer();
	return tap_done();
}
