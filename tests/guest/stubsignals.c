// SPDX-License-Identifier: GPL-2.0-only
/*
 * stubsignals.c - a program that blocks, handles and floods every signal the stub lives on
 *
 * The guest's signals are its own: what it does with SIGSYS, SIGSEGV, SIGUSR1 and the others
 * changes nothing for the stub, which uses the host's signals of these names.
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

/* System calls, page faults and a timer, each of which stops guest code. */
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
	ok(works(), "and with those of the stub pending");
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], count);
	sigprocmask(SIG_SETMASK, &old, NULL);
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		is(handled[attack_signals[i]], 1, strsignal(attack_signals[i]));
}

static void ignored(void)
{
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], SIG_IGN);
	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		raise(attack_signals[i]);
	ok(works(), "they work with the stub's signals ignored");
}

/* An exception whose signal is blocked or ignored ends the process, on any machine. */
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
	/* Before its handlers stand a signal may end it: then it is no flood. */
	usleep(20000);
	for (int i = 0; i < 20000 && waitpid(pid, &status, WNOHANG) == 0; i++) {
		kill(pid, attack_signals[i % NR_ATTACK_SIGNALS]);
		if (i % 8 == 0)
			sched_yield();
	}
	if (status == -1)
		waitpid(pid, &status, 0);
	ok(status == 0 || WIFSIGNALED(status),
	   "a flood of them from another process is only signals (status %#x)", status);
}

/* A fast timer with handlers for everything, alternate stack in use: frames upon frames. */
static void nested(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } }, off = { { 0 } };

	for (size_t i = 0; i < NR_ATTACK_SIGNALS; i++)
		handle(attack_signals[i], count);
	handle(SIGALRM, count);
	setitimer(ITIMER_REAL, &timer, NULL);
	ok(works(), "they work under a timer of a millisecond");
	setitimer(ITIMER_REAL, &off, NULL);
	ok(handled[SIGALRM] > 0, "which came");
}

int main(void)
{
	int status;

	blocked();
	ignored();
	status = attack_in_child(blocked_fault, 0);
	is(status & 0x7f, SIGSEGV, "a blocked SIGSEGV of a fault ends the process");
	status = attack_in_child(blocked_fault, 1);
	is(status & 0x7f, SIGSEGV, "an ignored one too");
	flood();
	nested();
	ok(attack_machine_lives(), "and the machine goes on");
	return tap_done();
}
