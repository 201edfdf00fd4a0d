// SPDX-License-Identifier: GPL-2.0-only
/*
 * hogs.c - test that the machine survives memory hogs, a fork bomb and a shortage of descriptors
 *
 * Runs only inside a guest, because it would exhaust a real host. t4090-hogs.sh runs this program
 * in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void machine_lives(const char *after)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *area = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(area, 1, 4 << 20);
		execl("/proc/self/exe", "hogs", "--exit", NULL);
		_exit(1);
	}
	ok(status_of(pid) == 23 << 8, "after %s the machine forks, uses memory and runs programs",
	   after);
}

static void be_the_victim(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	write(fd, "1000", 4);
	close(fd);
}

static void memory_hog(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		be_the_victim();
		for (;;) {
			char *area = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			if (area == MAP_FAILED)
				_exit(1);
			memset(area, 0x5a, 1 << 20);
		}
	}
	is(status_of(pid), SIGKILL, "the out-of-memory killer kills a hog of anonymous memory");
	machine_lives("a memory hog");
}

static void page_table_hog(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		size_t size = 1ul << 38;
		char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		be_the_victim();
		if (area == MAP_FAILED)
			_exit(2);
		for (size_t at = 0; at < size; at += 2 << 20)
			area[at] = 1;
		_exit(1);
	}
	int status = status_of(pid);

	if (status == 2 << 8)
		skip("the out-of-memory killer kills a hog of page tables",
		     "no 256 GiB of address space");
	else
		is(status, SIGKILL, "the out-of-memory killer kills a hog of page tables");
	machine_lives("a page table hog");
}

static void group_hog(void)
{
	char text[32];
	int fd;
	pid_t pid;

	fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY);
	if (fd < 0 || write(fd, "+memory", 7) < 0 || mkdir("/sys/fs/cgroup/hog", 0755) < 0)
		return skip("a control group's memory limit kills inside the group",
			    "no memory controller");
	close(fd);
	fd = open("/sys/fs/cgroup/hog/memory.max", O_WRONLY);
	write(fd, "16777216", 8);
	close(fd);
	pid = fork();
	if (pid == 0) {
		fd = open("/sys/fs/cgroup/hog/cgroup.procs", O_WRONLY);
		write(fd, text, snprintf(text, sizeof(text), "%d", getpid()));
		char *area = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(area, 1, 64 << 20);
		_exit(1);
	}
	is(status_of(pid), SIGKILL, "a control group's memory limit kills inside the group");
	rmdir("/sys/fs/cgroup/hog");
}

static void tmpfs_hog(void)
{
	static char block[1 << 20];
	int fd = open("/tmp/hog", O_CREAT | O_WRONLY, 0600), error = 0;
	long written = 0;

	while (!error && written < 1 << 16) {
		if (write(fd, block, sizeof(block)) < 0)
			error = errno;
		written++;
	}
	is(error, ENOSPC, "a write to a full tmpfs gives ENOSPC");
	close(fd);
	unlink("/tmp/hog");
	machine_lives("a full tmpfs");
}

static void fork_bomb(void)
{
	struct rlimit limit = { 300, 300 };
	int failed = 0;
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		setpgid(0, 0);
		setrlimit(RLIMIT_NPROC, &limit);
		if (setresuid(12345, 12345, 12345))
			_exit(3);
		for (;;)
			if (fork() < 0)
				failed = 1, usleep(failed * 1000);
	}
	sleep(3);
	machine_lives("three seconds of a fork bomb of a limited user");
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	/* Another process with the same user id kills them all, as an administrator would. */
	pid_t killer = fork();

	if (killer == 0) {
		setresuid(12345, 12345, 12345);
		kill(-1, SIGKILL);
		_exit(0);
	}
	status_of(killer);
	status_of(pid);
	clock_gettime(CLOCK_MONOTONIC, &now);
	ok(now.tv_sec - start.tv_sec < 20, "the fork bomb is killed within 20 seconds");
	machine_lives("the bomb's end");
}

static int process_limit(void)
{
	int fd = open("/proc/sys/kernel/pid_max", O_RDONLY), pid_max;
	char text[16] = "";

	read(fd, text, sizeof(text) - 1);
	close(fd);
	pid_max = atoi(text);
	return pid_max;
}

/* Makes as many processes as the host allows; fork may fail only with an error number. */
static void many_processes(void)
{
	int count = 0, error = 0, pipe_fd[2], limit = process_limit();
	char byte;

	pipe(pipe_fd);
	for (; count < 500 && !error; count++) {
		pid_t pid = fork();

		if (pid < 0)
			error = errno;
		if (pid == 0) {
			close(pipe_fd[1]);
			read(pipe_fd[0], &byte, 1);
			_exit(0);
		}
	}
	ok(!error || error == EAGAIN || error == ENOMEM,
	   "500 processes run at once, or fork fails cleanly (%d made, errno %d, pid_max %d)",
	   count, error, limit);
	close(pipe_fd[1]);
	close(pipe_fd[0]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	machine_lives("very many processes");
}

static void descriptor_hog(void)
{
	struct rlimit limit = { 65536, 65536 };
	int last = 0, opened = 0;

	setrlimit(RLIMIT_NOFILE, &limit);
	while ((last = open("/dev/null", O_RDONLY)) >= 0)
		opened++;
	ok(errno == EMFILE || errno == ENFILE,
	   "a shortage of descriptors gives EMFILE or ENFILE (%d opened)", opened);
	for (int fd = 3; fd < opened + 3; fd++)
		close(fd);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 23;
	if (!in_guest()) {
		skip("the machine survives hogs", "not in a guest");
		return tap_done();
	}
	descriptor_hog();
	tmpfs_hog();
	memory_hog();
	page_table_hog();
	group_hog();
	many_processes();
	fork_bomb();
	return tap_done();
}
