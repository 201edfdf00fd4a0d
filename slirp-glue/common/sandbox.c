// SPDX-License-Identifier: GPL-2.0-only
/*
 * sandbox.c - give up rights that a network process never needs
 *
 * The seccomp filter is built from lists of call numbers; calls that are not listed fail with
 * EPERM. For some calls the filter also checks an argument. Files can only be opened for reading,
 * memory cannot become executable, and sockets must be local (for uplinks also IP or netlink). The
 * lists hold what the C library, GLib, libslirp and liburcu call. The process also sets
 * no_new_privs, so a set-user-id program would gain nothing even if one were started.
 *
 * Called once by run_switch.c or uplink.c, on the main thread, just before the event loop runs.
 */
#include "common/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Calls that both kinds of process make: memory, time, threads, descriptors, local sockets. */
static const unsigned short common_calls[] = {
	__NR_read, __NR_write, __NR_readv, __NR_writev, __NR_close, __NR_fstat, __NR_lseek,
	__NR_poll, __NR_ppoll, __NR_epoll_wait, __NR_epoll_pwait, __NR_epoll_ctl,
	__NR_timerfd_settime, __NR_munmap, __NR_mremap, __NR_madvise, __NR_brk, __NR_futex,
	__NR_rt_sigreturn, __NR_rt_sigprocmask, __NR_rt_sigaction, __NR_sigaltstack,
	__NR_clock_gettime, __NR_clock_nanosleep, __NR_nanosleep, __NR_gettimeofday,
	__NR_restart_syscall, __NR_exit, __NR_exit_group, __NR_getpid, __NR_gettid,
	__NR_getrandom, __NR_membarrier, __NR_rseq, __NR_set_robust_list, __NR_sched_yield,
	__NR_sched_getaffinity, __NR_getcpu, __NR_fcntl, __NR_dup, __NR_pipe2, __NR_eventfd2,
	__NR_accept4, __NR_connect, __NR_bind, __NR_listen, __NR_getsockname,
	__NR_getpeername, __NR_getsockopt, __NR_setsockopt, __NR_shutdown, __NR_sendto,
	__NR_sendmsg, __NR_sendmmsg, __NR_recvfrom, __NR_recvmsg, __NR_recvmmsg,
	__NR_socketpair, __NR_unlink, __NR_rmdir, __NR_fchmod, __NR_getuid, __NR_geteuid,
	__NR_getgid, __NR_accept,
};

static const unsigned short uplink_calls[] = {
	__NR_newfstatat, __NR_stat, __NR_access, __NR_ioctl, __NR_uname, __NR_sysinfo, __NR_select,
	__NR_pselect6, __NR_pread64, __NR_statx,
};

enum { FILTER_MAX = 400 };

struct program {
	struct sock_filter code[FILTER_MAX];
	unsigned short size;
};

static void emit(struct program *program, unsigned short code, unsigned int k,
		 unsigned char yes, unsigned char no)
{
	if (program->size < FILTER_MAX)
		program->code[program->size] = (struct sock_filter) BPF_JUMP(code, k, yes, no);
	program->size++;
}

static void emit_load(struct program *program, unsigned int offset)
{
	emit(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void emit_return(struct program *program, unsigned int action)
{
	emit(program, BPF_RET | BPF_K, action, 0, 0);
}

static void emit_allow(struct program *program, unsigned int nr)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
	emit_return(program, SECCOMP_RET_ALLOW);
}

/* Allows the call if none of @forbidden is set in the low word of argument @arg. */
static void emit_without(struct program *program, unsigned int nr, unsigned int arg,
			 unsigned int forbidden)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 5);
	emit_load(program, offsetof(struct seccomp_data, args) + 8 * arg);
	emit(program, BPF_JMP | BPF_JSET | BPF_K, forbidden, 1, 0);
	emit_return(program, SECCOMP_RET_ALLOW);
	emit_return(program, SECCOMP_RET_ERRNO | EPERM);
	emit_load(program, offsetof(struct seccomp_data, nr));
}

/* Allows sockets of one family; for other families the rules that follow decide. */
static void emit_family(struct program *program, unsigned int family)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 4);
	emit_load(program, offsetof(struct seccomp_data, args));
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, family, 0, 1);
	emit_return(program, SECCOMP_RET_ALLOW);
	emit_load(program, offsetof(struct seccomp_data, nr));
}

int sandbox_enter(enum sandbox kind)
{
	static struct program program;
	struct sock_fprog filter = { .filter = program.code };
	size_t i;

	program.size = 0;
	emit_load(&program, offsetof(struct seccomp_data, arch));
	emit(&program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	emit_return(&program, SECCOMP_RET_KILL_PROCESS);
	emit_load(&program, offsetof(struct seccomp_data, nr));
	for (i = 0; i < sizeof(common_calls) / sizeof(common_calls[0]); i++)
		emit_allow(&program, common_calls[i]);
	emit_without(&program, __NR_mmap, 2, PROT_EXEC);
	emit_without(&program, __NR_mprotect, 2, PROT_EXEC);
	emit_family(&program, AF_UNIX);
	if (kind == SANDBOX_UPLINK) {
		for (i = 0; i < sizeof(uplink_calls) / sizeof(uplink_calls[0]); i++)
			emit_allow(&program, uplink_calls[i]);
		emit_without(&program, __NR_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
		emit_without(&program, __NR_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
		emit_family(&program, AF_INET);
		emit_family(&program, AF_INET6);
		emit_family(&program, AF_NETLINK);
	}
	emit_return(&program, SECCOMP_RET_ERRNO | EPERM);
	if (program.size > FILTER_MAX)
		return -E2BIG;
	filter.len = program.size;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter))
		return -errno;
	return 0;
}
