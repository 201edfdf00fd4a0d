// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomps.c - test seccomp: strict mode, each filter action, listeners, inheritance
 *
 * t5020-ptrace.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "tap.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1 /* si_code; glibc does not define it */
#endif

/* Installs a filter that allows all calls except @number, for which it returns @action. */
static int install(long number, unsigned int action, unsigned int flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* Runs @work in a child and returns the wait status. */
static int run(int (*work)(void))
{
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		_exit(work());
	}
	waitpid(pid, &status, 0);
	return status;
}

static int strict_allows(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	write(1, "", 0);
	syscall(SYS_exit, 5);
	return 1;
}

static int strict_kills(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	syscall(SYS_getpid);
	syscall(SYS_exit, 5);
	return 1;
}

static int gives_errno(void)
{
	if (install(SYS_getppid, SECCOMP_RET_ERRNO | ENOTUNIQ, 0))
		return 9;
	return syscall(SYS_getppid) == -1 && errno == ENOTUNIQ && syscall(SYS_getpid) > 0 ? 0 : 1;
}

static int kills_process(void)
{
	install(SYS_getppid, SECCOMP_RET_KILL_PROCESS, 0);
	syscall(SYS_getppid);
	return 1;
}

static void *call_getppid(void *argument)
{
	syscall(SYS_getppid);
	return argument;
}

static int kills_thread(void)
{
	pthread_t thread;

	install(SYS_getppid, SECCOMP_RET_KILL_THREAD, 0);
	pthread_create(&thread, NULL, call_getppid, NULL);
	usleep(50000);
	return 12;
}

static siginfo_t seen;
static long seen_rax, seen_rip;

static void on_sys(int number, siginfo_t *info, void *context)
{
	ucontext_t *frame = context;

	(void)number;
	seen = *info;
	seen_rax = frame->uc_mcontext.gregs[REG_RAX];
	seen_rip = frame->uc_mcontext.gregs[REG_RIP];
	frame->uc_mcontext.gregs[REG_RAX] = 31415;
}

static int traps(void)
{
	struct sigaction action = { .sa_sigaction = on_sys, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	install(SYS_getppid, SECCOMP_RET_TRAP | 99, 0);
	if (syscall(SYS_getppid) != 31415)
		return 1;
	if (seen.si_code != SYS_SECCOMP || seen.si_syscall != SYS_getppid ||
	    seen.si_arch != AUDIT_ARCH_X86_64)
		return 2;
	if (seen.si_errno != 99 || (long)seen.si_call_addr != seen_rip)
		return 3;
	return seen_rax == SYS_getppid ? 0 : 4;
}

static int without_tracer(void)
{
	install(SYS_getppid, SECCOMP_RET_TRACE | 7, 0);
	return syscall(SYS_getppid) == -1 && errno == ENOSYS ? 0 : 1;
}

static int traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	install(SYS_getppid, SECCOMP_RET_TRACE | 7, 0);
	return syscall(SYS_getppid) == getpid() ? 0 : 1;
}

static void with_tracer(void)
{
	unsigned long message = 0;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(traced());
	waitpid(pid, &status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       (void *)(long)(PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	is(status, PTRACE_EVENT_SECCOMP << 16 | SIGTRAP << 8 | 0x7f,
	   "SECCOMP_RET_TRACE stops the call and reports it to the tracer");
	ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message);
	is(message, 7, "the tracer of SECCOMP_RET_TRACE gets the filter's data");
	ptrace(PTRACE_POKEUSER, pid, (void *)(15 * 8l), (void *)(long)SYS_getpid);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	waitpid(pid, &status, 0);
	is(status, 0, "the tracer of SECCOMP_RET_TRACE can change the call");
}

/* The filter program can read the call's arguments. */
static int sees_arguments(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xabcd, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x77, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXFULL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return 9;
	if (syscall(SYS_close, 0xabcd, 0, 0, 0, 0, 0x7700000000) != -1 || errno != EXFULL)
		return 1;
	if (syscall(SYS_close, 0xabcd, 0, 0, 0, 0, 0x7800000000) != -1 || errno != EBADF)
		return 2;
	return 0;
}

static int inherited(void)
{
	int status;
	pid_t pid;

	install(SYS_getppid, SECCOMP_RET_ERRNO | ENOTUNIQ, 0);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "seccomps", "--filtered", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void *spin_getppid(void *argument)
{
	volatile int *stop = argument;

	while (!*stop)
		;
	return (void *)(long)(syscall(SYS_getppid) == -1 && errno == ENOTUNIQ);
}

static int synchronised(void)
{
	volatile int stop = 0;
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, spin_getppid, (void *)&stop);
	if (install(SYS_getppid, SECCOMP_RET_ERRNO | ENOTUNIQ, SECCOMP_FILTER_FLAG_TSYNC))
		return 1;
	stop = 1;
	pthread_join(thread, &result);
	return result ? 0 : 2;
}

static int needs_privilege(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { 1, code };

	if (geteuid() == 0 && setresuid(65534, 65534, 65534))
		return 9;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
		       &program) == -1 && errno == EACCES ? 0 : 1;
}

static void listener(void)
{
	struct seccomp_notif request;
	struct seccomp_notif_resp answer;
	int pair[2], fd = -1, status;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec vector = { &status, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	pid_t pid;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	pid = fork();
	if (pid == 0) {
		fd = install(SYS_getppid, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);

		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
		sendmsg(pair[0], &message, 0);
		long result = syscall(SYS_getppid, 1, 2, 3);
		int failed = syscall(SYS_getppid) == -1 && errno == EXFULL;

		_exit(result == 5555 && failed ? 0 : 1);
	}
	if (recvmsg(pair[1], &message, 0) < 0 || !CMSG_FIRSTHDR(&message))
		bail("the child did not send the listener's descriptor");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	for (int i = 0; i < 2; i++) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

		poll(&poll_fd, 1, 5000);
		memset(&request, 0, sizeof(request));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
			break;
		if (i == 0)
			ok((pid_t)request.pid == pid && request.data.nr == SYS_getppid &&
			   request.data.args[1] == 2,
			   "a listener gets the call and its arguments");
		memset(&answer, 0, sizeof(answer));
		answer.id = request.id;
		answer.val = i ? 0 : 5555;
		answer.error = i ? -EXFULL : 0;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "the answers of a listener become the results of the calls");
	close(fd), close(pair[0]), close(pair[1]);
}

/* The vDSO may read the clock without a call; the filter must still apply to the call. */
static int clock_filtered(void)
{
	struct timespec time;

	install(SYS_clock_gettime, SECCOMP_RET_ERRNO | ENOTUNIQ, 0);
	return syscall(SYS_clock_gettime, CLOCK_MONOTONIC,
		       &time) == -1 && errno == ENOTUNIQ ? 0 : 1;
}

int main(int argc, char **argv)
{
	int status;

	(void)argv;
	if (argc > 1)
		return syscall(SYS_getppid) == -1 && errno == ENOTUNIQ ? 66 : 1;
	is(run(strict_allows), 5 << 8, "strict mode allows write and exit");
	is(run(strict_kills), SIGKILL, "strict mode kills the process on any other call");
	is(run(gives_errno), 0, "SECCOMP_RET_ERRNO gives its error for the filtered call only");
	is(run(kills_process) & 0x7f, SIGSYS,
	   "SECCOMP_RET_KILL_PROCESS kills the process with SIGSYS");
	is(run(kills_thread), 12 << 8, "SECCOMP_RET_KILL_THREAD kills only one thread");
	is(run(traps), 0,
	   "SECCOMP_RET_TRAP sends a complete SIGSYS, whose handler can set the result");
	is(run(without_tracer), 0, "SECCOMP_RET_TRACE without a tracer gives ENOSYS");
	with_tracer();
	is(run(sees_arguments), 0, "a filter can read both halves of the arguments");
	is(run(inherited), 66 << 8, "a filter is inherited across fork and exec");
	is(run(synchronised), 0, "TSYNC installs the filter in a thread that makes no calls");
	is(run(clock_filtered), 0, "a filter on clock_gettime applies to the system call");
	status = run(needs_privilege);
	is(status, 0, "a filter without privilege or no_new_privs gives EACCES");
	listener();
	return tap_done();
}
