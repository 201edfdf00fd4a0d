// SPDX-License-Identifier: GPL-2.0-only
/*
 * segments.c - test FS and GS bases that are set by arch_prctl and the FSGSBASE instructions
 *
 * The bases must survive task switches, signals and fork. t5010-fpstate.sh runs this program in a
 * guest.
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

static int usable;	/* the processor and the kernel allow FSGSBASE */

static void by_prctl(void)
{
	static long word = 0x1234567;
	unsigned long fs = get(ARCH_GET_FS);

	is(fs, (long)pthread_self(), "ARCH_GET_FS returns the thread pointer");
	is(arch(ARCH_SET_GS, (unsigned long)&word), 0, "ARCH_SET_GS succeeds");
	is(get(ARCH_GET_GS), (long)&word, "ARCH_GET_GS returns what ARCH_SET_GS set");
	is(through_gs(), word, "an access through GS uses the base that ARCH_SET_GS set");
	ok(arch(ARCH_SET_FS, 0x8000000000000000) == -1 && errno == EPERM,
	   "ARCH_SET_FS rejects a kernel address");
	ok(arch(0x7777, 0) == -1 && errno == EINVAL, "an unknown arch_prctl code gives EINVAL");
	is(arch(ARCH_SET_FS, fs), 0, "ARCH_SET_FS succeeds");
	if (!usable)
		return;
	is(read_fs_base(), fs, "RDFSBASE agrees with ARCH_GET_FS");
	is(read_gs_base(), (long)&word, "RDGSBASE agrees with ARCH_GET_GS");
	write_gs_base((unsigned long)&word + 8);
	is(get(ARCH_GET_GS), (long)&word + 8, "ARCH_GET_GS returns what WRGSBASE wrote");
	write_gs_base(0x7ffff0000000);
	getppid();
	is(read_gs_base(), 0x7ffff0000000, "a system call keeps a base written by WRGSBASE");
	/* WRGSBASE accepts any canonical address, even one that arch_prctl and ptrace reject. */
	write_gs_base(0xffff900000000000);
	getppid();
	sched_yield();
	raise(SIGWINCH);
	is(read_gs_base(), 0xffff900000000000,
	   "calls and signals keep a base in the kernel's half of the address space");
	asm volatile("mov %0, %%gs" : : "r"(0));
	arch(ARCH_SET_GS, (unsigned long)&word);
	is(through_gs(), word, "ARCH_SET_GS works after a selector was loaded");
}

/*
 * A selector may be loaded with any privilege level. For null selectors a return from the kernel
 * may clear the level.
 */
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
	is(handler_base, (long)&word,
	   "a signal handler starts with the GS base of the interrupted code");
	is(get(ARCH_GET_GS), 0x5000,
	   "sigreturn keeps the GS base that the handler set, because the frame has none");
	arch(ARCH_SET_GS, (unsigned long)&word);
	pid = fork();
	if (pid == 0)
		_exit(get(ARCH_GET_GS) != (unsigned long)&word ||
		      get(ARCH_GET_FS) != (unsigned long)pthread_self());
	waitpid(pid, &status, 0);
	is(status, 0, "fork gives the child the same FS and GS bases");
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "segments", "--fresh", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec resets the GS base to 0");
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
	   "the FSGSBASE instructions work if AT_HWCAP2 announces them");
	by_prctl();
	selectors();
	switches(own_base, "threads and processes that yield keep their GS base");
	switches(own_base_busy, "threads and processes that are preempted keep their GS base");
	over_signals();
	return tap_done();
}
