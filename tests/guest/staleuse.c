// SPDX-License-Identifier: GPL-2.0-only
/*
 * staleuse.c - test that a page is out of reach once munmap, mprotect or fork has returned
 *
 * One thread removes access to a page while another thread uses it continuously. After the call
 * has returned, each use must fault or reach a private copy. The environment variable rounds
 * multiplies the length of the loops. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "attack.h"

#define ROUNDS_DEFAULT 300

static volatile unsigned long *volatile page;	/* NULL: the user thread pauses */
static volatile int using, ending;		/* between two reads of `page` */
static volatile unsigned long uses, faults;
static __thread sigjmp_buf user_back;

static void user_fault(int signo)
{
	(void)signo;
	faults++;
	siglongjmp(user_back, 1);
}

/* The user thread: accesses the page without a pause; each write adds 1 to the value read. */
static void *user(void *writes)
{
	while (!ending) {
		if (sigsetjmp(user_back, 0)) {
			/* The page is out of reach: wait for the next one. */
			page = NULL;
			using = 0;
		}
		using = 1;
		if (page) {
			if (writes)
				*page += 1;
			else
				(void)*page;
			uses++;
		} else {
			using = 0;
			sched_yield();
		}
	}
	using = 0;
	return NULL;
}

static volatile unsigned long *fresh(unsigned long value)
{
	volatile unsigned long *new = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*new = value;
	return new;
}

static void let_use(void)
{
	unsigned long before = uses, i;

	for (i = 0; i < 50 && uses == before; i++)
		sched_yield();
}

static void wait_for_fault(void)
{
	while (page)
		sched_yield();
}

static void start(pthread_t *thread, void *writes)
{
	ending = 0;
	uses = faults = 0;
	pthread_create(thread, NULL, user, writes);
}

static void end(pthread_t thread)
{
	ending = 1;
	pthread_join(thread, NULL);
}

static void after_munmap(long rounds)
{
	pthread_t thread;
	long wrong = 0;

	start(&thread, (void *)1);
	for (long i = 0; i < rounds; i++) {
		volatile unsigned long *other = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		volatile unsigned long *mine = fresh(0);

		page = mine;
		let_use();
		munmap((void *)mine, 4096);
		/* This mapping is likely to get the freed page. */
		*other = 77;
		wait_for_fault();
		wrong += *other != 77;
		munmap((void *)other, 4096);
	}
	end(thread);
	ok(!wrong,
	   "no write reaches a page after munmap has returned (%ld rounds, %lu uses, %lu faults)",
	   rounds, uses, faults);
}

static void after_mprotect(long rounds)
{
	volatile unsigned long *mine = fresh(0);
	unsigned long seen;
	pthread_t thread;
	long wrong = 0;

	start(&thread, (void *)1);
	for (long i = 0; i < rounds; i++) {
		page = mine;
		let_use();
		mprotect((void *)mine, 4096, PROT_READ);
		seen = *mine;
		wait_for_fault();
		wrong += *mine != seen;
		mprotect((void *)mine, 4096, PROT_READ | PROT_WRITE);
	}
	end(thread);
	ok(!wrong && faults > 0,
	   "no write changes a page after mprotect has returned (%ld rounds, %lu uses, %lu faults)",
	   rounds, uses, faults);
}

static void after_fork(long rounds)
{
	volatile unsigned long *mine = fresh(0);
	pthread_t thread;
	long wrong = 0;

	start(&thread, (void *)1);
	page = mine;
	for (long i = 0; i < rounds; i++) {
		int status = -1;
		pid_t pid;

		let_use();
		pid = fork();
		if (pid == 0) {
			unsigned long first = *mine;

			for (int n = 0; n < 5; n++) {
				sched_yield();
				if (*mine != first)
					_exit(1);
			}
			*mine = 1ul << 62;
			_exit(0);
		}
		waitpid(pid, &status, 0);
		wrong += status != 0 || *mine >= 1ul << 62;
	}
	end(thread);
	ok(!wrong && !faults,
	   "after fork, parent and child do not see each other's writes (%ld rounds, %lu uses)",
	   rounds, uses);
}

/* Each process fills pages and exits. The next process must find the pages cleared. */
static void after_exit(long rounds)
{
	volatile long *leaked = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				     -1, 0);

	for (long i = 0; i < rounds; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			unsigned long *mine = mmap(NULL, 16 << 12, PROT_READ | PROT_WRITE,
						   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			for (int n = 0; n < 16 * 512; n++) {
				*leaked += mine[n] != 0;
				mine[n] = 0x5ec7e7;
			}
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	ok(!*leaked, "a new page holds no data of its former owner (%ld processes)", rounds);
}

int main(void)
{
	struct sigaction action = { .sa_handler = user_fault, .sa_flags = SA_NODEFER };
	long rounds = getenv("rounds") ? atol(getenv("rounds")) * 50 : ROUNDS_DEFAULT;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	after_munmap(rounds);
	after_mprotect(rounds);
	after_fork(rounds / 10);
	after_exit(rounds / 10);
	return tap_done();
}
