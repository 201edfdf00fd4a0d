// SPDX-License-Identifier: GPL-2.0-only
/*
 * forklimit.c - test that fork() fails cleanly when the machine may have no further host process
 *
 * t3220-spaces.sh runs this program in a guest with spaces=N. With forklimit=hold it is a fork bomb
 * that never ends: it says when it is full, and then keeps trying.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

enum { MOST = 4000 };

static pid_t children[MOST];

/* Forks until fork() fails; returns the number of children, which wait. */
static int fill(int *error)
{
	int nr = 0;

	*error = 0;
	while (nr < MOST) {
		pid_t pid = fork();

		if (!pid)
			for (;;)
				pause();
		if (pid < 0) {
			*error = errno;
			break;
		}
		children[nr++] = pid;
	}
	return nr;
}

static void empty(int nr)
{
	for (int i = 0; i < nr; i++)
		kill(children[i], SIGKILL);
	for (int i = 0; i < nr; i++)
		waitpid(children[i], NULL, 0);
}

static void *thread_run(void *arg)
{
	*(int *)arg = 7;
	return NULL;
}

/* Each child forks too, as a fork bomb does; all of them end when the group is killed. */
static void bomb(void)
{
	struct timespec moment = { .tv_nsec = 200000000 };
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		for (;;)
			fork();
	}
	setpgid(pid, pid);
	nanosleep(&moment, NULL);
	while (kill(-pid, SIGKILL) == 0 || errno == EAGAIN)
		while (waitpid(-pid, NULL, WNOHANG) > 0)
			;
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

int main(void)
{
	const char *mode = boot_option("forklimit"), *limit_text = boot_option("spaces");
	int limit = limit_text ? atoi(limit_text) : 0, error, nr, again, value = 0;
	pthread_t thread;
	pid_t pid;

	if (mode && !strcmp(mode, "hold")) {
		nr = fill(&error);
		printf("full with %d, error %d\n", nr, error);
		fflush(stdout);
		/* Take each process that becomes free, but leave the processors to other tests. */
		for (;;) {
			fork();
			usleep(50000);
		}
	}
	if (!limit) {
		skip("fork fails at the limit of spaces=", "no spaces= on the command line");
		return tap_done();
	}
	nr = fill(&error);
	ok(nr >= limit / 2 && nr < limit, "spaces=%d: fork succeeds %d times", limit, nr);
	ok(error == ENOMEM || error == EAGAIN, "then it fails with ENOMEM or EAGAIN (%d)", error);
	ok(!pthread_create(&thread, NULL, thread_run, &value) && !pthread_join(thread, NULL) &&
	   value == 7, "a thread can still be created");
	pid = vfork();
	if (!pid)
		_exit(0);
	ok(pid > 0 && waitpid(pid, NULL, 0) == pid, "vfork, which needs no new space, succeeds");
	empty(nr);
	again = fill(&error);
	ok(again >= nr - 1, "when the children have ended, fork succeeds again (%d)", again);
	empty(again);
	bomb();
	pid = fork();
	if (!pid)
		_exit(3);
	ok(pid > 0 && waitpid(pid, &value, 0) == pid && value == 3 << 8,
	   "after a fork bomb the machine works");
	return tap_done();
}
