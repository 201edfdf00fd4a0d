// SPDX-License-Identifier: GPL-2.0-only
/*
 * segments.c - FS and GS bases: arch_prctl and the FSGSBASE instructions, over switches, signals,
 * fork
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tap.h"

static long arch(int what, unsigned long value)
{
	return syscall(SYS_arch_prctl, what, value);
}

static unsigned long get(int what)
{
	unsigned long value = 0xdead;

	arch(what, (unsigned long)&value);
	return value;
}

static unsigned long read_gs_base(void)
{
	unsigned long value;

	asm volatile("rdgsbase %0" : "=r"(value));
	return value;
}

static unsigned long read_fs_base(void)
{
	unsigned long value;

	asm volatile("rdfsbase %0" : "=r"(value));
	return value;
}

static void write_gs_base(unsigned long value)
{
	asm volatile("wrgsbase %0" : : "r"(value) : "memory");
}

static long through_gs(void)
{
	long value;

	asm volatile("mov %%gs:0, %0" : "=r"(value));
	return value;
}

static int usable;

static void by_prctl(void)
{
	static long word = 0x1234567;
	unsigned long fs = get(ARCH_GET_FS);

	is(fs, (long)pthread_self(), "ARCH_GET_FS is the thread pointer");
	is(arch(ARCH_SET_GS, (unsigned long)&word), 0, "ARCH_SET_GS sets");
	is(get(ARCH_GET_GS), (long)&word, "ARCH_GET_GS reads it back");
	is(through_gs(), word, "an access through GS goes there");
	ok(arch(ARCH_SET_FS, 0x8000000000000000) == -1 && errno == EPERM,
	   "a kernel address is refused");
	ok(arch(0x7777, 0) == -1 && errno == EINVAL, "an unknown code is EINVAL");
	is(arch(ARCH_SET_FS, fs), 0, "ARCH_SET_FS sets");
	if (!usable)
		return;
	is(read_fs_base(), fs, "RDFSBASE agrees with ARCH_GET_FS");
	is(read_gs_base(), (long)&word, "RDGSBASE agrees with ARCH_GET_GS");
	write_gs_base((unsigned long)&word + 8);
	is(get(ARCH_GET_GS), (long)&word + 8, "ARCH_GET_GS sees what WRGSBASE wrote");
	write_gs_base(0x7ffff0000000);
	getppid();
	is(read_gs_base(), 0x7ffff0000000, "a system call keeps a base written by WRGSBASE");
	/* WRGSBASE takes any canonical address, also one that arch_prctl and ptrace refuse. */
	write_gs_base(0xffff900000000000);
	getppid();
	sched_yield();
	raise(SIGWINCH);
	is(read_gs_base(), 0xffff900000000000, "also one of the kernel's half");
	asm volatile("mov %0, %%gs" : : "r"(0));
	arch(ARCH_SET_GS, (unsigned long)&word);
	is(through_gs(), word, "ARCH_SET_GS works after the selector was loaded");
}

/* Any privilege level may stand in a selector that is loaded; a return from the kernel may clear it in null ones. */
static void selectors(void)
{
	static const unsigned short values[] = { 1, 2, 3, 0x28, 0x2a, 0x2b };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		unsigned int now;

		asm volatile("mov %0, %%gs" : : "r"((int)values[i]));
		sched_yield();
		asm volatile("mov %%gs, %0" : "=r"(now));
		ok((now & ~3) == (values[i] & ~3U),
		   "selector %#x in GS survives a system call (%#x)", values[i], now);
	}
	asm volatile("mov %0, %%gs" : : "r"(0));
}

static void *own_base(void *argument)
{
	long block[2] = { (long)argument, 0 };
	int bad = 0;

	for (int i = 0; i < 1000; i++) {
		if (usable && i % 2)
			write_gs_base((unsigned long)block);
		else if (i % 2 == 0)
			arch(ARCH_SET_GS, (unsigned long)block);
		sched_yield();
		bad += through_gs() != (long)argument || get(ARCH_GET_GS) != (unsigned long)block;
	}
	return (void *)(long)bad;
}

static void *own_base_busy(void *argument)
{
	long block[2] = { (long)argument, 0 };
	int bad = 0;

	arch(ARCH_SET_GS, (unsigned long)block);
	for (long i = 0; i < 100000000; i++)
		bad += through_gs() != (long)argument;
	return (void *)(long)bad;
}

static void switches(void *(*work)(void *), const char *title)
{
	pthread_t thread[4];
	void *result;
	int bad = 0, status;
	pid_t pid[3];

	for (long i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i + 100));
	for (int i = 0; i < 3; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(work((void *)(i + 200l)) != NULL);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], &result);
		bad += result != NULL;
	}
	for (int i = 0; i < 3; i++) {
		waitpid(pid[i], &status, 0);
		bad += status != 0;
	}
	is(bad, 0, title);
}

static unsigned long handler_base;

static void other_base(int number)
{
	(void)number;
	handler_base = get(ARCH_GET_GS);
	arch(ARCH_SET_GS, 0x5000);
}

static void over_signals(void)
{
	static long word;
	int status;
	pid_t pid;

	arch(ARCH_SET_GS, (unsigned long)&word);
	signal(SIGUSR1, other_base);
	raise(SIGUSR1);
	is(handler_base, (long)&word, "a handler starts with the base of the code it interrupts");
	is(get(ARCH_GET_GS), 0x5000,
	   "sigreturn leaves the bases alone, as the frame does not hold them");
	arch(ARCH_SET_GS, (unsigned long)&word);
	pid = fork();
	if (pid == 0)
		_exit(get(ARCH_GET_GS) != (unsigned long)&word ||
		      get(ARCH_GET_FS) != (unsigned long)pthread_self());
	waitpid(pid, &status, 0);
	is(status, 0, "fork gives the child the same bases");
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "segments", "--fresh", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec starts with GS base 0");
}

static sigjmp_buf back;

static void no_instruction(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return get(ARCH_GET_GS) != 0;
	signal(SIGILL, no_instruction);
	if (sigsetjmp(back, 1) == 0) {
		read_gs_base();
		usable = 1;
	}
	ok(usable || !(getauxval(AT_HWCAP2) & 2),
	   "FSGSBASE instructions work when AT_HWCAP2 says so");
	by_prctl();
	selectors();
	switches(own_base, "threads and processes that yield keep their GS base");
	switches(own_base_busy, "threads and processes that the clock switches keep their GS base");
	over_signals();
	return tap_done();
}
