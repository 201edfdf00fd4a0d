// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads.c - test POSIX threads: create, join, exit, thread-local storage, many at once
 *
 * t4000-processes.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

static __thread long local_value = 5;
static __thread char local_block[3000];

static void *add_one(void *argument)
{
	long given = (long)argument;

	if (local_value != 5)
		return (void *)-1;
	local_value = given;
	memset(local_block, given, sizeof(local_block));
	for (int i = 0; i < 20; i++) {
		sched_yield();
		if (local_value != given || local_block[2999] != (char)given)
			return (void *)-2;
	}
	return (void *)(given + 1);
}

static void create_and_join(void)
{
	enum { THREADS = 200 };
	pthread_t thread[THREADS];
	int bad = 0;

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, add_one, (void *)i))
			bail("pthread_create of thread %ld", i);
	for (long i = 0; i < THREADS; i++) {
		void *result = NULL;

		pthread_join(thread[i], &result);
		bad += result != (void *)(i + 1);
	}
	is(bad, 0, "200 threads keep their own thread-local storage and return their results");
	is(local_value, 5, "the main thread's thread-local storage is untouched");
	bad = 0;
	for (long i = 0; i < 500; i++) {
		void *result = NULL;

		bad += pthread_create(&thread[0], NULL, add_one,
				      (void *)i) || pthread_join(thread[0], &result) ||
		       result != (void *)(i + 1);
	}
	is(bad, 0, "500 threads that run one after the other return their results");
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile long counter, turn;

static void *count_locked(void *argument)
{
	(void)argument;
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&mutex);
		counter = counter + 1;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *take_turns(void *argument)
{
	long own = (long)argument;

	pthread_mutex_lock(&mutex);
	for (int i = 0; i < 1000; i++) {
		while (turn != own)
			pthread_cond_wait(&changed, &mutex);
		turn = !own;
		pthread_cond_signal(&changed);
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void synchronise(void)
{
	pthread_t thread[8];
	pthread_barrier_t barrier;

	for (int i = 0; i < 8; i++)
		pthread_create(&thread[i], NULL, count_locked, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
	is(counter, 8 * 20000, "eight threads that share a mutex lose no count");
	for (long i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, take_turns, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	ok(1, "two threads wake each other 1000 times through a condition variable");
	pthread_barrier_init(&barrier, NULL, 1);
	is(pthread_barrier_wait(&barrier), PTHREAD_BARRIER_SERIAL_THREAD,
	   "a barrier for one thread does not block it");
}

static volatile pid_t thread_tid;

static void *identify(void *argument)
{
	*(pid_t *)argument = getpid();
	thread_tid = syscall(SYS_gettid);
	return NULL;
}

static void identity(void)
{
	pthread_t thread;
	pid_t seen = 0;

	pthread_create(&thread, NULL, identify, &seen);
	pthread_join(thread, NULL);
	ok(seen == getpid(), "a thread has the id of its process");
	ok(thread_tid != getpid() && thread_tid > 0, "a thread has its own thread id");
	ok(syscall(SYS_tgkill, getpid(), thread_tid, 0) == -1 && errno == ESRCH,
	   "the thread id does not exist after pthread_join");
}

static volatile int signal_seen_by;

static void note_signal(int number)
{
	(void)number;
	signal_seen_by = syscall(SYS_gettid);
}

static void *wait_for_signal(void *argument)
{
	thread_tid = syscall(SYS_gettid);
	*(volatile int *)argument = 1;
	while (!signal_seen_by)
		usleep(1000);
	return NULL;
}

static void *never_ends(void *argument)
{
	for (;;)
		if (!argument)
			pause();
	return NULL;
}

static void signals_and_exit(void)
{
	volatile int ready = 0;
	pthread_t thread;
	int status;
	pid_t pid;

	signal(SIGUSR1, note_signal);
	pthread_create(&thread, NULL, wait_for_signal, (void *)&ready);
	while (!ready)
		sched_yield();
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	ok(signal_seen_by == thread_tid, "pthread_kill delivers the signal to the given thread");

	pid = fork();
	if (pid == 0) {
		for (long i = 0; i < 10; i++)
			pthread_create(&thread, NULL, never_ends, (void *)(i % 2));
		usleep(20000);
		exit(33);
	}
	waitpid(pid, &status, 0);
	is(status, 33 << 8, "exit ends ten other threads, whether waiting or busy");

	pid = fork();
	if (pid == 0) {
		for (long i = 0; i < 4; i++)
			pthread_create(&thread, NULL, never_ends, (void *)(i % 2));
		usleep(20000);
		execl("/proc/self/exe", "threads", "--alone", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec ends the other threads");

	pid = fork();
	if (pid == 0) {
		pthread_create(&thread, NULL, never_ends, (void *)1);
		usleep(5000);
		abort();
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "a fatal signal ends all threads");
}

static void *fork_in_thread(void *argument)
{
	int status = -1;
	pid_t pid = fork();

	(void)argument;
	if (pid == 0)
		_exit(local_value == 5 && getpid() == syscall(SYS_gettid) ? 4 : 1);
	waitpid(pid, &status, 0);
	return (void *)(long)status;
}

static void *cancel_me(void *argument)
{
	(void)argument;
	for (;;)
		sleep(100);
	return NULL;
}

static void *deep(void *argument)
{
	volatile char block[200000];

	for (size_t i = 0; i < sizeof(block); i += 512)
		block[i] = i;
	return block[512] == 0 ? argument : NULL;
}

static void *spin(void *argument)
{
	volatile long *count = argument;

	while (!count[1])
		count[0]++;
	return NULL;
}

int main(int argc, char **argv)
{
	volatile long busy[2] = { 0 };
	pthread_attr_t attribute;
	pthread_t thread;
	void *result = NULL;

	if (argc == 2 && !strcmp(argv[1], "--alone"))
		return getpid() != syscall(SYS_gettid);
	create_and_join();
	synchronise();
	identity();
	signals_and_exit();
	pthread_create(&thread, NULL, fork_in_thread, NULL);
	pthread_join(thread, &result);
	is((long)result, 4 << 8, "fork in a thread creates a child with only that thread");
	pthread_create(&thread, NULL, cancel_me, NULL);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	ok(result == PTHREAD_CANCELED, "pthread_cancel ends a sleeping thread");
	pthread_attr_init(&attribute);
	pthread_attr_setstacksize(&attribute, 256 * 1024);
	pthread_create(&thread, &attribute, deep, (void *)busy);
	pthread_join(thread, &result);
	ok(result == &busy, "a thread can use 200 KB of its stack of 256 KB");
	/* The busy thread makes no system call, so only the timer can preempt it. */
	pthread_create(&thread, NULL, spin, (void *)busy);
	usleep(100000);
	busy[1] = 1;
	pthread_join(thread, NULL);
	ok(busy[0] > 0, "a thread that never calls the kernel does not stop the others");
	return tap_done();
}
