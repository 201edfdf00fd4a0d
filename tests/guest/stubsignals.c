// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubsignals.c - block, ignore, handle and flood the signals that the stub uses
 *
 * The stub uses host signals such as SIGSYS, SIGSEGV and SIGUSR1. The guest's signals of the same
 * names are separate, so nothing that a guest program does with them may affect the stub.
 * t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "attack.h"

static volatile sig_atomic_t handled[65];

static void count(int signo)
{
	handled[signo]++;
}

static void handle(int signo, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(signo, &action, NULL);
}

/* Makes system calls and page faults, and runs until the timer interrupts guest code. */
static int works(void)
{
	volatile char *pages = mmap(NULL, 64 << 12, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 64; i++) {
		pages[i << 12] = i;
		if (syscall(SYS_getpid) <= 0)
			return 0;
	}
	for (volatile long i = 0; i < 20000000; i++)
		;
	for (int i = 0; i < 64; i++)
		if (pages[i << 12] != i)
			return 0;
	munmap((void *)pages, 64 << 12);
	return 1;
}

static void blocked(void)
{
	sigset_t all, old;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	ok(works(), "calls, faults and timers work with all signals blocked");
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		raise(attack_signals[i]);
	ok(works(), "calls, faults and timers work with the stub's signals pending");
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], count);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		ok(handled[attack_signals[i]] == 1, "a blocked %s is handled once after unblocking",
		   strsignal(attack_signals[i]));
}

static void ignored(void)
{
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], SIG_IGN);
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		raise(attack_signals[i]);
	ok(works(), "calls, faults and timers work with the stub's signals ignored");
}

/* Raises an exception whose signal is ignored or blocked: this must kill the process. */
static void blocked_fault(long how)
{
	sigset_t all;

	sigfillset(&all);
	if (how)
		handle(SIGSEGV, SIG_IGN);
	else
		sigprocmask(SIG_SETMASK, &all, NULL);
	*(volatile int *)8 = 0;
}

static void flood(void)
{
	int status = -1;
	pid_t pid = fork(), parent = getppid();

	(void)parent;
	if (pid == 0) {
		for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
			handle(attack_signals[i], count);
		_exit(works() && works() && works() ? 0 : 1);
	}
	/* A signal would kill the child before it has installed its handlers. */
	usleep(20000);
	for (int i = 0; i < 20000 && waitpid(pid, &status, WNOHANG) == 0; i++) {
		kill(pid, attack_signals[i % NR_ATTACK_SIGNALS]);
		if (i % 8 == 0)
			sched_yield();
	}
	if (status == -1)
		waitpid(pid, &status, 0);
	ok(status == 0 || WIFSIGNALED(status),
	   "a flood of the stub's signals from another process does no other harm (status %#x)",
	   status);
}

/* A fast timer interrupts calls and faults, so that signal frames pile up. */
static void nested(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } }, off = { { 0 } };

	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], count);
	handle(SIGALRM, count);
	setitimer(ITIMER_REAL, &timer, NULL);
	ok(works(), "calls, faults and timers work under a timer of 1 ms");
	setitimer(ITIMER_REAL, &off, NULL);
	ok(handled[SIGALRM] > 0, "the timer of 1 ms raised SIGALRM");
}

int main(void)
{
	int status;

	blocked();
	ignored();
	status = attack_in_child(blocked_fault, 0);
	is(status & 0x7f, SIGSEGV, "a fault kills the process when SIGSEGV is blocked");
	status = attack_in_child(blocked_fault, 1);
	is(status & 0x7f, SIGSEGV, "a fault kills the process when SIGSEGV is ignored");
	flood();
	nested();
	ok(attack_machine_lives(), "the machine survives all signals to the stub");
	return tap_done();
}
