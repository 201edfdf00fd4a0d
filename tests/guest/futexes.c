// SPDX-License-Identifier: GPL-2.0-only
/*
 * futexes.c - test futex operations: wait, wake, timeouts, requeue, PI, robust lists
 *
 * t4020-files.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

static long futex(unsigned int *word, int what, unsigned int value, const void *time,
		  unsigned int *word2, unsigned int value3)
{
	return syscall(SYS_futex, word, what, value, time, word2, value3);
}

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static struct timespec in(clockid_t clock, double seconds)
{
	double when = clock < 0 ? seconds : now(clock) + seconds;

	return (struct timespec){ (time_t)when, (long)((when - (time_t)when) * 1e9) };
}

static void refusals_and_timeouts(void)
{
	unsigned int word = 5;
	struct timespec time;
	double start;

	ok(futex(&word, FUTEX_WAIT, 6, NULL, NULL, 0) == -1 && errno == EAGAIN,
	   "a wait for another value gives EAGAIN");
	for (int clock = -1; clock <= CLOCK_MONOTONIC; clock += 2) {
		int timed_out = 1, early = 0;
		double least = 10;

		/* Takes the shortest of several waits: a busy host may delay each of them. */
		for (int i = 0; i < 10 && (i < 2 || least > 0.15); i++) {
			time = in(clock, 0.05);
			start = now(CLOCK_MONOTONIC);
			timed_out &= futex(&word, clock < 0 ? FUTEX_WAIT : FUTEX_WAIT_BITSET, 5,
					   &time, NULL, ~0u) == -1 && errno == ETIMEDOUT;
			double took = now(CLOCK_MONOTONIC) - start;

			early += took < (clock < 0 ? 0.05 : 0.045);
			least = took < least ? took : least;
		}
		ok(timed_out,
		   clock < 0 ? "a wait times out" : "a wait with an absolute time times out");
		ok(!early && least < 0.15, "the wait takes 50 ms (%.1f ms)", least * 1000);
	}
	time = in(CLOCK_REALTIME, 0.02);
	ok(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &time, NULL, ~0u) == -1 &&
	   errno == ETIMEDOUT,
	   "a wait on CLOCK_REALTIME times out");
	is(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 0, "a wake without waiters returns 0");
	ok(futex((void *)8, FUTEX_WAIT, 5, NULL, NULL, 0) == -1 && errno == EFAULT,
	   "an unmapped word gives EFAULT");
	ok(futex((void *)((char *)&word + 1), FUTEX_WAIT, 5, NULL, NULL, 0) == -1 &&
	   errno == EINVAL, "an odd address gives EINVAL");
	ok(futex(&word, 99, 5, NULL, NULL, 0) == -1 && errno == ENOSYS,
	   "an unknown operation gives ENOSYS");
}

static unsigned int *shared; /* words in memory that processes share */

static void untouched(int number)
{
	(void)number;
}

static void between_processes(void)
{
	pid_t pid[5];
	int status, bad = 0, woken = 0;

	shared[0] = 0;
	for (int i = 0; i < 5; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			__atomic_add_fetch(&shared[1], 1, __ATOMIC_SEQ_CST);
			_exit(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0) != 0);
		}
	}
	while (__atomic_load_n(&shared[1], __ATOMIC_SEQ_CST) < 5)
		usleep(1000);
	usleep(100000);
	is(futex(shared, FUTEX_WAKE, 2, NULL, NULL, 0), 2,
	   "a wake for two wakes two of five waiters");
	is(futex(shared, FUTEX_WAKE, INT_MAX, NULL, NULL, 0), 3,
	   "a wake for all wakes the other three");
	for (int i = 0; i < 5; i++) {
		waitpid(pid[i], &status, 0);
		bad += status != 0;
		woken++;
	}
	is(bad, 0, "all processes return from their wait");

	struct sigaction action = { .sa_handler = untouched };

	shared[0] = 0;
	sigaction(SIGUSR1, &action, NULL);
	pid[0] = fork();
	if (pid[0] == 0)
		_exit(!(futex(shared, FUTEX_WAIT, 0, NULL, NULL, 0) == -1 && errno == EINTR));
	/* Repeat the signal: one that arrives before the wait has no effect. */
	do {
		usleep(50000);
		kill(pid[0], SIGUSR1);
	} while (waitpid(pid[0], &status, WNOHANG) == 0);
	is(status, 0, "a signal ends a wait with EINTR");
	(void)woken;
}

/* Two processes hand a word back and forth; no wake may be lost. */
static void ping_pong(void)
{
	enum { ROUNDS = 5000 };
	int status;
	pid_t pid;

	shared[0] = 0;
	pid = fork();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int mine = pid == 0, value;

		while ((value = __atomic_load_n(shared, __ATOMIC_SEQ_CST)) % 2 != mine)
			futex(shared, FUTEX_WAIT, value, NULL, NULL, 0);
		__atomic_add_fetch(shared, 1, __ATOMIC_SEQ_CST);
		futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	if (pid == 0)
		_exit(0);
	waitpid(pid, &status, 0);
	ok(status == 0 && *shared == 2 * ROUNDS, "two processes hand a word over 10000 times");
}

static unsigned int words[4];

static void *wait_here(void *argument)
{
	__atomic_add_fetch(&words[3], 1, __ATOMIC_SEQ_CST);
	return (void *)futex(argument, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void requeue(void)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, wait_here, &words[0]);
	while (__atomic_load_n(&words[3], __ATOMIC_SEQ_CST) < 4)
		usleep(1000);
	usleep(50000);
	ok(futex(&words[0], FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)10ul, &words[1], 7) == -1 &&
	   errno == EAGAIN,
	   "a requeue with another value gives EAGAIN");
	is(futex(&words[0], FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)10ul, &words[1], 0), 4,
	   "a requeue wakes one waiter and moves three");
	is(futex(&words[0], FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 0,
	   "no waiter remains on the first word");
	is(futex(&words[1], FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 3,
	   "three waiters remain on the second word");
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);

	words[0] = words[1] = words[3] = 0;
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, wait_here, &words[i]);
	while (__atomic_load_n(&words[3], __ATOMIC_SEQ_CST) < 2)
		usleep(1000);
	usleep(50000);
	is(futex(&words[0], FUTEX_WAKE_OP_PRIVATE, 1, (void *)1ul, &words[1],
		 FUTEX_OP(FUTEX_OP_ADD, 9, FUTEX_OP_CMP_EQ, 0)), 2,
	   "FUTEX_WAKE_OP wakes on both words");
	is(words[1], 9, "FUTEX_WAKE_OP adds to the second word");
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	unsigned int untouched_word = 3;

	is(futex(&words[0], FUTEX_WAKE_OP_PRIVATE, 1, (void *)1ul, &untouched_word,
		 FUTEX_OP(FUTEX_OP_SET, 0x55, FUTEX_OP_CMP_EQ,
			  4)), 0, "FUTEX_WAKE_OP without waiters returns 0");
	is(untouched_word, 0x55, "FUTEX_WAKE_OP on an untouched word stores its value");
}

/* The kernel changes the program's word here, and copy-on-write must apply to this write, too. */
static void on_copied_page(void)
{
	unsigned int *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);
	int status;
	pid_t pid;

	page[0] = 1;
	pid = fork();
	if (pid == 0) {
		futex(&words[0], FUTEX_WAKE_OP_PRIVATE, 1, (void *)1ul, page,
		      FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 99));
		_exit(page[0] != 6);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "an atomic change by the kernel works on a page that is shared since fork");
	is(page[0], 1, "the kernel's change in the child does not reach the parent");
	mprotect(page, 4096, PROT_READ);
	ok(futex(&words[0], FUTEX_WAKE_OP_PRIVATE, 1, (void *)1ul, page,
		 FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 99)) == -1 &&
	   errno == EFAULT && page[0] == 1, "FUTEX_WAKE_OP on a read-only page gives EFAULT");
	munmap(page, 4096);
}

static pthread_mutex_t *mutex; /* in shared memory */

static void make_mutex(int protocol)
{
	pthread_mutexattr_t attribute;

	pthread_mutexattr_init(&attribute);
	pthread_mutexattr_setpshared(&attribute, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attribute, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setprotocol(&attribute, protocol);
	pthread_mutex_init(mutex, &attribute);
}

static void *lock_pi(void *argument)
{
	long result = futex(argument, FUTEX_LOCK_PI, 0, NULL, NULL, 0);

	if (result == 0)
		result = futex(argument, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	return (void *)result;
}

static void priority_inheritance(void)
{
	static unsigned int word;
	pthread_t thread;
	void *result = NULL;
	struct timespec time = in(CLOCK_REALTIME, 0.03);

	is(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0, "a free PI futex can be locked");
	is(word & FUTEX_TID_MASK, syscall(SYS_gettid), "a locked PI futex holds the owner's id");
	ok(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == -1 && errno == EDEADLK,
	   "locking a PI futex twice gives EDEADLK");
	pthread_create(&thread, NULL, lock_pi, &word);
	for (int i = 0; i < 1000 &&
	     !(__atomic_load_n(&word, __ATOMIC_SEQ_CST) & FUTEX_WAITERS); i++)
		usleep(10000);
	ok(word & FUTEX_WAITERS, "FUTEX_WAITERS marks a waiter");
	is(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0, "unlocking a PI futex succeeds");
	pthread_join(thread, &result);
	ok(result == NULL, "unlocking a PI futex hands it to the waiter");
	ok(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == -1 && errno == EPERM,
	   "unlocking a PI futex of another owner gives EPERM");
	word = 1; /* the id of process 1, which never takes part: the kernel must return an error */
	ok(futex(&word, FUTEX_LOCK_PI, 0, &time, NULL, 0) == -1,
	   "a PI futex with another owner is not locked");
	word = 0;
}

static void robust(int protocol, const char *title)
{
	int status, result;
	pid_t pid;

	make_mutex(protocol);
	pid = fork();
	if (pid == 0) {
		pthread_mutex_lock(mutex);
		raise(SIGKILL);
	}
	waitpid(pid, &status, 0);
	result = pthread_mutex_lock(mutex);
	is(result, EOWNERDEAD, title);
	if (result == EOWNERDEAD)
		pthread_mutex_consistent(mutex);
	pthread_mutex_unlock(mutex);
	result = pthread_mutex_lock(mutex);
	is(result, 0, "a mutex that was made consistent can be locked again");
	pthread_mutex_unlock(mutex);
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mutex = (void *)(shared + 256);
	refusals_and_timeouts();
	between_processes();
	ping_pong();
	requeue();
	on_copied_page();
	priority_inheritance();
	robust(PTHREAD_PRIO_NONE, "a robust mutex tells that its owner was killed");
	robust(PTHREAD_PRIO_INHERIT, "a robust PI mutex tells that its owner was killed");
	return tap_done();
}
