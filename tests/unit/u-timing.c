// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-timing.c - test deadlines and waiting for a lock (labs/base/timing.c, files.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/timing.h"
#include "base/files.h"
#include "scratch.h"

static void deadlines(void)
{
	double now = timing_seconds();

	ok(timing_seconds() >= now, "the clock does not go back");
	ok(timing_poll_ms(TIMING_NEVER) == -1, "TIMING_NEVER gives poll() an infinite timeout");
	ok(timing_deadline(-1) == TIMING_NEVER, "a negative time means no deadline");
	ok(timing_poll_ms(timing_deadline(0)) == 0 && timing_poll_ms(now - 5) == 0,
	   "a deadline in the past gives 0 ms");
	ok(timing_poll_ms(now + 0.0004 + timing_seconds() - now) >= 1,
	   "a fraction of a millisecond is rounded up");
	ok(timing_poll_ms(now + 1e12) == INT_MAX, "a far deadline fits into an int");
}

/* Starts a child that holds the lock until its pipe is closed, or for ever. */
static pid_t holder(int release_fd)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		exit(125);
	pid = fork();
	if (!pid) {
		int fd = open("lock", O_RDWR | O_CREAT, 0600);

		flock(fd, LOCK_EX);
		(void)!write(ready[1], "x", 1);
		(void)!read(release_fd, &byte, 1);
		_exit(0);
	}
	(void)!read(ready[0], &byte, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void locks(void)
{
	int release[2], fd = open("lock", O_RDWR | O_CREAT, 0600);
	double begin = timing_seconds();
	pid_t pid;

	if (pipe(release))
		exit(125);
	ok(!fd_lock_wait(fd, LOCK_EX, 0.1), "a free lock is taken at once");
	flock(fd, LOCK_UN);
	pid = holder(release[0]);
	ok(fd_lock_wait(fd, LOCK_EX, 0.05) == -EWOULDBLOCK,
	   "a lock that is held gives -EWOULDBLOCK");
	ok(timing_seconds() - begin >= 0.05, "waiting for a lock takes the given time");
	file_lock_wait("lock", 0.02);
	file_lock_wait("missing", 5);
	ok(timing_seconds() - begin < 4, "waiting for the lock of a missing file returns at once");
	(void)!write(release[1], "x", 1);
	ok(!fd_lock_wait(fd, LOCK_SH, 20),
	   "a released lock is taken before the time is over");
	waitpid(pid, NULL, 0);
	ok(fd_lock_wait(-1, LOCK_EX, 1) == -EBADF, "other errors are returned");
}

int main(void)
{
	scratch_make();
	deadlines();
	locks();
	return tap_done();
}
