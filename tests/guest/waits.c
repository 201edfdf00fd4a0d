// SPDX-License-Identifier: GPL-2.0-only
/*
 * waits.c - test wait, waitid, exit statuses, orphans, process groups and sessions
 *
 * t4000-processes.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

static pid_t child_exits(int value)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(value);
	return pid;
}

static pid_t child_pauses(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void exit_values(void)
{
	static const int deadly[] = { SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGUSR1, SIGALRM, SIGPIPE,
				      35 };
	int status, bad = 0;
	siginfo_t info;
	pid_t pid;

	for (int value = 0; value < 256; value += 17) {
		waitpid(child_exits(value), &status, 0);
		bad += status != value << 8;
	}
	is(bad, 0, "waitpid returns the exit status of a child");
	waitpid(child_exits(0x1234), &status, 0);
	is(status, 0x3400, "only the low byte of an exit status counts");
	bad = 0;
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		pid = child_pauses();
		kill(pid, deadly[i]);
		waitpid(pid, &status, 0);
		bad += !WIFSIGNALED(status) || WTERMSIG(status) != deadly[i] || WCOREDUMP(status);
	}
	is(bad, 0, "waitpid reports the signal that killed a child");
	pid = child_exits(77);
	memset(&info, 0, sizeof(info));
	is(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0, "waitid with WNOWAIT sees the child");
	ok(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 77 &&
	   info.si_pid == pid && info.si_uid == getuid(),
	   "waitid fills the whole siginfo");
	is(waitpid(pid, &status, 0), pid, "WNOWAIT leaves the child for the next wait");
	is(waitpid(pid, &status, 0), -1, "a child can be collected only once");
	is(errno, ECHILD, "waitpid gives ECHILD for a collected child");
}

static void stop_and_continue(void)
{
	pid_t pid = child_pauses();
	siginfo_t info = { 0 };
	int status = 0;

	is(waitpid(pid, &status, WNOHANG), 0, "WNOHANG returns at once while the child runs");
	kill(pid, SIGSTOP);
	is(waitpid(pid, &status, WUNTRACED), pid, "WUNTRACED reports a stop");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP,
	   "the status of a stopped child has the signal that stopped it");
	kill(pid, SIGCONT);
	is(waitpid(pid, &status, WCONTINUED), pid, "WCONTINUED reports a continued child");
	ok(WIFCONTINUED(status), "WIFCONTINUED recognizes a continued child");
	/* Give the child a separate process group: an orphaned group ignores SIGTSTP. */
	setpgid(pid, pid);
	kill(pid, SIGTSTP);
	waitid(P_PID, pid, &info, WSTOPPED);
	ok(info.si_code == CLD_STOPPED && info.si_status == SIGTSTP,
	   "waitid reports CLD_STOPPED and the signal");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	is(status, SIGKILL, "SIGKILL kills a stopped child");
}

static volatile sig_atomic_t nr_chld;
static siginfo_t last_chld;

static void on_chld(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	nr_chld++;
	last_chld = *info;
}

static void child_signal(void)
{
	struct sigaction action = { .sa_sigaction = on_chld,
				    .sa_flags = SA_SIGINFO | SA_NOCLDSTOP };
	int status;
	pid_t pid;

	sigaction(SIGCHLD, &action, NULL);
	pid = child_exits(19);
	while (!nr_chld)
		usleep(1000);
	ok(last_chld.si_pid == pid && last_chld.si_status == 19 && last_chld.si_code == CLD_EXITED,
	   "SIGCHLD names the child and its status");
	waitpid(pid, &status, 0);
	nr_chld = 0;
	pid = child_pauses();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	is(nr_chld, 0, "SA_NOCLDSTOP suppresses SIGCHLD for stops");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	signal(SIGCHLD, SIG_IGN);
	pid = child_exits(0);
	is(waitpid(pid, &status, 0), -1, "children leave no zombie when SIGCHLD is ignored");
	signal(SIGCHLD, SIG_DFL);
}

static void groups_and_orphans(void)
{
	int status, pipe_fd[2];
	pid_t pid, other, seen[2] = { 0 };

	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	other = child_exits(1);
	is(waitpid(-pid, &status, WNOHANG), 0,
	   "waiting for a process group ignores other children");
	kill(-pid, SIGTERM);
	is(waitpid(-pid, &status, 0), pid, "a signal to a process group reaches its members");
	waitpid(other, &status, 0);

	pid = fork();
	if (pid == 0)
		_exit(!(setsid() == getpid() && getsid(0) == getpid() && getpgrp() == getpid() &&
			setsid() == -1));
	waitpid(pid, &status, 0);
	is(status, 0, "setsid makes a session leader and fails the second time");

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pipe(pipe_fd);
	pid = fork();
	if (pid == 0) {
		other = getpid();
		if (fork() == 0) {
			while (getppid() == other)
				usleep(1000);
			seen[0] = getpid();
			seen[1] = getppid();
			write(pipe_fd[1], seen, sizeof(seen));
			_exit(8);
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	read(pipe_fd[0], seen, sizeof(seen));
	is(seen[1], getpid(), "the subreaper becomes the parent of an orphan");
	is(waitpid(seen[0], &status, 0), seen[0], "the subreaper can collect the orphan");
	is(status, 8 << 8, "the subreaper gets the orphan's exit status");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(pipe_fd[0]), close(pipe_fd[1]);

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pipe(pipe_fd);
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			write(pipe_fd[1], seen, 1);
			for (;;)
				pause();
		}
		read(pipe_fd[0], seen, 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is(waitpid(-1, &status, 0) > 0 ? status : -1, SIGKILL,
	   "PR_SET_PDEATHSIG kills a child when its parent ends");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(pipe_fd[0]), close(pipe_fd[1]);
}

static void accounting(void)
{
	struct rusage usage = { 0 };
	struct timespec time, start;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
		do
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
		while ((time.tv_sec - start.tv_sec) * 1000 +
		       (time.tv_nsec - start.tv_nsec) / 1000000 < 200);
		_exit(0);
	}
	wait4(pid, &status, 0, &usage);
	long ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
		  (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;

	ok(ms >= 150 && ms < 1000,
	   "wait4 reports the CPU time of a child that worked 200 ms (%ld ms)", ms);
	ok(usage.ru_maxrss > 0 && usage.ru_minflt > 0,
	   "wait4 reports the memory and page faults of a child");
	struct rlimit limit = { 1, 2 };

	pid = fork();
	if (pid == 0) {
		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	}
	waitpid(pid, &status, 0);
	is(status & 0x7f, SIGXCPU, "RLIMIT_CPU kills a busy child with SIGXCPU");
}

int main(void)
{
	exit_values();
	stop_and_continue();
	child_signal();
	groups_and_orphans();
	accounting();
	return tap_done();
}
