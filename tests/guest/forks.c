// SPDX-License-Identifier: GPL-2.0-only
/*
 * forks.c - test fork, vfork and clone: what is copied, what is shared, what is returned
 *
 * t4000-processes.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tap.h"

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void fork_basics(void)
{
	static volatile int data = 1;
	volatile int local = 2;
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		int good = getppid() == parent && getpid() != parent && data == 1 && local == 2;

		data = 11;
		local = 12;
		_exit(good && data == 11 && local == 12 ? 7 : 1);
	}
	is(status_of(pid), 7 << 8,
	   "a forked child sees its parent's memory and can change its copy");
	ok(data == 1 && local == 2, "the child's changes do not reach the parent's memory");
}

/* Both sides write every page after the fork; neither may see the other's writes. */
static void fork_copies_pages(void)
{
	enum { PAGES = 2000 };
	unsigned char *area = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int to_child[2], to_parent[2], bad = 0;
	char byte = 0;
	pid_t pid;

	if (area == MAP_FAILED || pipe(to_child) || pipe(to_parent))
		bail("mmap and pipe");
	for (int i = 0; i < PAGES; i++)
		area[i * 4096] = i;
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < PAGES; i += 2)
			area[i * 4096] = i + 1;
		write(to_parent[1], "x", 1);
		read(to_child[0], &byte, 1);
		for (int i = 0; i < PAGES; i++)
			bad += area[i * 4096] != (unsigned char)(i % 2 ? i : i + 1);
		_exit(bad != 0);
	}
	read(to_parent[0], &byte, 1);
	for (int i = 0; i < PAGES; i++)
		bad += area[i * 4096] != (unsigned char)i;
	is(bad, 0, "what the child writes after fork stays in the child");
	for (int i = 0; i < PAGES; i++)
		area[i * 4096] = 0xee;
	write(to_child[1], "x", 1);
	is(status_of(pid), 0, "what the parent writes after fork stays in the parent");
	munmap(area, PAGES * 4096);
	close(to_child[0]), close(to_child[1]), close(to_parent[0]), close(to_parent[1]);
}

static void fork_chain(void)
{
	int status, depth = 30;
	pid_t pid = fork();

	if (pid == 0) {
		while (depth-- > 0) {
			pid = fork();
			if (pid < 0)
				_exit(99);
			if (pid > 0) {
				status = status_of(pid);
				_exit(WIFEXITED(status) ? WEXITSTATUS(status) + (depth >= 0) : 98);
			}
		}
		_exit(0);
	}
	is(status_of(pid), 30 << 8, "thirty generations each collect their child");
}

static void fork_many(void)
{
	enum { CHILDREN = 200 };
	pid_t pid[CHILDREN];
	int bad = 0;

	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(i & 0x7f);
	}
	for (int i = CHILDREN - 1; i >= 0; i--)
		bad += pid[i] < 0 || status_of(pid[i]) != (i & 0x7f) << 8;
	is(bad, 0, "200 concurrent children each return their own exit status");
}

static void fork_quickly(void)
{
	int bad = 0;

	for (int i = 0; i < 500; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(3);
		bad += pid < 0 || status_of(pid) != 3 << 8;
	}
	is(bad, 0, "500 consecutive forks succeed");
}

static void vfork_shares(void)
{
	static volatile int value;
	pid_t pid;

	value = 0;
	pid = vfork();
	if (pid == 0) {
		usleep(20000);
		value = 42;
		_exit(5);
	}
	is(value, 42, "a vfork child runs in the parent's memory before the parent continues");
	is(status_of(pid), 5 << 8, "a vfork child returns its exit status");
	pid = vfork();
	if (pid == 0) {
		execl("/proc/self/exe", "forks", "--exit", "9", NULL);
		_exit(1);
	}
	is(status_of(pid), 9 << 8, "a vfork child can exec");
}

static int clone_child(void *argument)
{
	*(volatile int *)argument += 1;
	return 17;
}

static void clone_flags(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	volatile int value = 1;
	pid_t parent_tid = 0, pid;
	static volatile pid_t child_tid;
	int fd = dup(0), status;

	pid = clone(clone_child, stack + sizeof(stack), CLONE_VM | SIGCHLD, (void *)&value);
	is(status_of(pid), 17 << 8, "the result of a clone's function is its exit status");
	is(value, 2, "CLONE_VM shares memory without sharing the thread group");

	value = 1;
	pid = clone(clone_child, stack + sizeof(stack), SIGCHLD, (void *)&value);
	status = status_of(pid);
	ok(status == 17 << 8 && value == 1,
	   "clone without CLONE_VM copies memory and uses the new stack");

	pid = syscall(SYS_clone, SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, 0, &parent_tid,
		      &child_tid, 0);
	if (pid == 0)
		_exit(child_tid == getpid() ? 0 : 1);
	is(status_of(pid), 0, "CLONE_CHILD_SETTID stores the id in the child's memory");
	ok(parent_tid == pid && child_tid == 0,
	   "CLONE_PARENT_SETTID stores the id in the parent's memory only");

	pid = syscall(SYS_clone, SIGCHLD | CLONE_FILES, 0, NULL, NULL, 0);
	if (pid == 0)
		_exit(close(fd) != 0);
	status_of(pid);
	ok(fcntl(fd, F_GETFD) == -1 && errno == EBADF, "CLONE_FILES shares the descriptor table");
}

static void clone3_pidfd(void)
{
	int pidfd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD, .pidfd = (unsigned long)&pidfd,
				   .exit_signal = SIGCHLD };
	siginfo_t info = { 0 };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(21);
	ok(pid > 0 && pidfd >= 0, "clone3 returns a pidfd");
	is(waitid((idtype_t)3 /* P_PIDFD */, pidfd, &info, WEXITED), 0, "waitid accepts a pidfd");
	ok(info.si_pid == pid && info.si_status == 21, "waitid on a pidfd reports pid and status");
	args = (struct clone_args){ .flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD };
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, (void (*)(int))status_of);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		struct sigaction usr1, usr2;

		sigaction(SIGUSR1, NULL, &usr1);
		sigaction(SIGUSR2, NULL, &usr2);
		_exit(usr1.sa_handler != SIG_IGN || usr2.sa_handler != SIG_DFL);
	}
	is(status_of(pid), 0, "CLONE_CLEAR_SIGHAND resets handlers and keeps ignored signals");
	args.flags = CLONE_THREAD;
	ok(syscall(SYS_clone3, &args, sizeof(args)) == -1 && errno == EINVAL,
	   "clone3 rejects CLONE_THREAD alone");
}

/* The child's registers equal the parent's, except for the result. */
static void fork_keeps_registers(void)
{
	unsigned long result, bad;

	asm volatile("mov $0x1111, %%rbx\n\tmov $0x2222, %%r12\n\t"
		     "mov $0x3333, %%r13\n\tmov $0x4444, %%r14\n\t"
		     "mov $0x5555, %%r15\n\tmov $0x6666, %%rdi\n\t"
		     "mov $0x7777, %%rsi\n\tmov $0x8888, %%rdx\n\t"
		     "mov $0x9999, %%r8\n\tmov $0xaaaa, %%r9\n\tmov $0xbbbb, %%r10\n\t"
		     "mov %[nr], %%eax\n\tsyscall\n\t"
		     "xor $0x1111, %%rbx\n\txor $0x2222, %%r12\n\t"
		     "xor $0x3333, %%r13\n\txor $0x4444, %%r14\n\t"
		     "xor $0x5555, %%r15\n\txor $0x6666, %%rdi\n\t"
		     "xor $0x7777, %%rsi\n\txor $0x8888, %%rdx\n\t"
		     "xor $0x9999, %%r8\n\txor $0xaaaa, %%r9\n\txor $0xbbbb, %%r10\n\t"
		     "or %%r12, %%rbx\n\tor %%r13, %%rbx\n\tor %%r14, %%rbx\n\t"
		     "or %%r15, %%rbx\n\tor %%rdi, %%rbx\n\t"
		     "or %%rsi, %%rbx\n\tor %%rdx, %%rbx\n\tor %%r8, %%rbx\n\t"
		     "or %%r9, %%rbx\n\tor %%r10, %%rbx"
		     : "=a"(result), "=b"(bad) : [nr] "i"(SYS_fork)
		     : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		       "r15", "memory");
	if (result == 0)
		_exit(bad != 0);
	is(bad, 0, "fork preserves the parent's registers");
	is(status_of(result), 0, "fork gives the child the same registers");
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--exit"))
		return atoi(argv[2]);
	fork_basics();
	fork_copies_pages();
	fork_chain();
	fork_many();
	fork_quickly();
	vfork_shares();
	clone_flags();
	clone3_pidfd();
	fork_keeps_registers();
	return tap_done();
}
