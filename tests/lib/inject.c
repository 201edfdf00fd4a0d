// SPDX-License-Identifier: GPL-2.0-only
/*
 * inject.c - make a running process issue host system calls, as an attacker inside it would
 *
 * usage: inject PID FILE     FILE is one that the process must not be able to write
 *
 * Stops the process through ptrace and lets it execute one system call after another through a
 * `syscall` instruction in its own code. Prints "<what> <result>" for each call. The process then
 * continues with the registers it had. Exit status 2: the process cannot be traced. t3200
 * uses this program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMAGE 0x40000000ul	/* arch-um/include/um/layout.h: KERNEL_BASE */
#define IMAGE_SIZE (32ul << 20)
#define SCRATCH 4096		/* below the stack pointer */

static pid_t pid;
static int memory;
static struct user_regs_struct before;
static unsigned long instruction;
static unsigned long long signals;	/* bit mask of signals that arrived during the calls */

static void find_instruction(void)
{
	static unsigned char page[4096];

	for (unsigned long at = IMAGE; at < IMAGE + IMAGE_SIZE && !instruction; at += sizeof(page))
		if (pread(memory, page, sizeof(page), at) == sizeof(page))
			for (size_t i = 0; i + 1 < sizeof(page) && !instruction; i++)
				if (page[i] == 0x0f && page[i + 1] == 0x05)
					instruction = at + i;
}

static void step(void)
{
	int status;

	for (;;) {
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
		if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
			exit(3);
		if (WSTOPSIG(status) == SIGTRAP)
			return;
		signals |= 1ull << WSTOPSIG(status);
	}
}

static long call(const char *what, long nr, long a, long b, long c, long d, long e)
{
	struct user_regs_struct regs = before;

	regs.rip = instruction;
	regs.orig_rax = -1;
	regs.rax = nr;
	regs.rdi = a, regs.rsi = b, regs.rdx = c, regs.r10 = d, regs.r8 = e, regs.r9 = 0;
	ptrace(PTRACE_SETREGS, pid, NULL, &regs);
	step();
	ptrace(PTRACE_GETREGS, pid, NULL, &regs);
	if ((long)regs.rax < 0 && (long)regs.rax > -4096)
		printf("%s %s\n", what, strerrorname_np(-(long)regs.rax));
	else
		printf("%s %ld\n", what, (long)regs.rax);
	return regs.rax;
}

static long text(int slot, const char *string)
{
	unsigned long at = before.rsp - SCRATCH + slot * 512;

	pwrite(memory, string, strlen(string) + 1, at);
	return at;
}

int main(int argc, char **argv)
{
	char path[64];
	int status;
	long fd;

	if (argc != 3)
		return 1;
	pid = atoi(argv[1]);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, __WALL) != pid)
		return 2;
	memory = open(path, O_RDWR);
	ptrace(PTRACE_GETREGS, pid, NULL, &before);
	find_instruction();
	if (memory < 0 || !instruction)
		return 2;

	call("getpid", SYS_getpid, 0, 0, 0, 0, 0);
	call("socket(AF_INET)", SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0);
	call("socket(AF_NETLINK)", SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0, 0);
	call("unshare", SYS_unshare, CLONE_NEWUSER, 0, 0, 0, 0);
	call("clone(CLONE_NEWUSER)", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	call("clone3", SYS_clone3, 0, 0, 0, 0, 0);
	call("mount", SYS_mount, 0, 0, 0, 0, 0);
	call("bpf", SYS_bpf, 0, 0, 0, 0, 0);
	call("io_uring_setup", SYS_io_uring_setup, 8, 0, 0, 0, 0);
	call("process_vm_readv", SYS_process_vm_readv, 1, 0, 0, 0, 0);
	call("keyctl", SYS_keyctl, 0, 0, 0, 0, 0);
	call("userfaultfd", SYS_userfaultfd, 0, 0, 0, 0, 0);
	call("perf_event_open", SYS_perf_event_open, 0, 0, 0, 0, 0);
	call("setuid", SYS_setuid, 0, 0, 0, 0, 0);
	call("ioctl(TIOCSTI)", SYS_ioctl, 0, TIOCSTI, before.rsp, 0, 0);
	call("prctl(PR_SET_DUMPABLE)", SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
	/* The seccomp filter allows openat(); Landlock must refuse the path. */
	call("write", SYS_openat, AT_FDCWD, text(0, argv[2]), O_WRONLY, 0, 0);
	snprintf(path, sizeof(path), "/tmp/umlab-injected-%d", pid);
	call("create", SYS_openat, AT_FDCWD, text(0, path), O_WRONLY | O_CREAT, 0600, 0);
	call("execve", SYS_execve, text(0, "/bin/true"), 0, 0, 0, 0);
	fd = call("read", SYS_openat, AT_FDCWD, text(0, "/proc/self/status"), O_RDONLY, 0, 0);
	if (fd >= 0)
		call("close", SYS_close, fd, 0, 0, 0, 0);

	ptrace(PTRACE_SETREGS, pid, NULL, &before);
	for (int signo = 1; signo < 32; signo++)
		if (signals & 1ull << signo)
			syscall(SYS_tgkill, pid, pid, signo);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 0;
}
