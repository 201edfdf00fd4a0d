// SPDX-License-Identifier: GPL-2.0-only
/*
 * faultowner.c - test that a fault reaches the thread that caused it, even during interrupts
 *
 * Two threads of one process cause faults while a timer fires continuously. The address of a fault
 * tells which thread caused it. A thread that gets the other's fault counts an error.
 * t5000-signals.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

#define ROUNDS	80000
#define AREA	0x10000000UL	/* unmapped area of thread n: at (n + 1) * AREA */

static __thread sigjmp_buf back;
static __thread unsigned long mine;
static volatile int nr_foreign, nr_own, done;

static void on_fault(int number, siginfo_t *info, void *context)
{
	unsigned long at = (unsigned long)info->si_addr;

	(void)number, (void)context;
	if (!mine || at < mine || at >= mine + AREA) {
		__atomic_fetch_add(&nr_foreign, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_fetch_add(&nr_own, 1, __ATOMIC_RELAXED);
	siglongjmp(back, 1);
}

static void *faulting(void *argument)
{
	mine = ((unsigned long)argument + 1) * AREA;
	for (volatile int i = 0; i < ROUNDS; i++)
		if (sigsetjmp(back, 0) == 0)
			*(volatile char *)(mine + i % 4096 * 16) = 1;
	done++;
	return NULL;
}

/* Computes without touching an address that could fault. */
static void *computing(void *argument)
{
	volatile unsigned long sum = 0;

	(void)argument;
	while (done < 2)
		sum += sum * 3 + 1;
	return NULL;
}

static void on_alarm(int number)
{
	(void)number;
}

int main(void)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction alarm = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec often = { { 0, 60000 }, { 0, 60000 } };
	pthread_t threads[3];
	timer_t timer;
	pid_t pid;

	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	/* The timer belongs to another process: it interrupts this one without a signal. */
	pid = fork();
	if (pid == 0) {
		timer_create(CLOCK_MONOTONIC, &event, &timer);
		timer_settime(timer, 0, &often, NULL);
		for (;;)
			pause();
	}
	for (long i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, i < 2 ? faulting : computing, (void *)i);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	is(nr_own, 2 * ROUNDS, "each fault reaches the handler of its thread");
	is(nr_foreign, 0, "no thread gets the fault of the other");
	return tap_done();
}
