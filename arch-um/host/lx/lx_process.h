/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_process.h - start, end, trace and wait for processes; read their identity and limits
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_PROCESS_H
#define UM_LX_PROCESS_H

#include "lx/lx_call.h"
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <asm/siginfo.h>

/*
 * The raw clone(2). The child continues in the caller's stack frame, so @stack must be NULL
 * unless the child never returns from the calling function. lx_clone_thread() starts threads.
 */
static inline long lx_clone(unsigned long flags, void *stack, int *parent_tid,
			    int *child_tid, unsigned long tls)
{
	return lx_syscall5(__NR_clone, flags, (long)stack, (long)parent_tid,
			   (long)child_tid, tls);
}

static inline int lx_execve(const char *path, char *const argv[], char *const envp[])
{
	return lx_syscall3(__NR_execve, (long)path, (long)argv, (long)envp);
}

__attribute__((noreturn)) static inline void lx_exit_group(int status)
{
	for (;;)
		lx_syscall1(__NR_exit_group, status);
}

/* May return -EINTR. */
static inline int lx_wait4(int pid, int *status, int options, struct rusage *usage)
{
	return lx_syscall4(__NR_wait4, pid, (long)status, options, (long)usage);
}

/* With WNOHANG, also returns 0 if no child has changed its state; info->si_pid is then 0. */
static inline int lx_waitid(int which, int pid, struct siginfo *info, int options)
{
	return lx_syscall5(__NR_waitid, which, pid, (long)info, options, 0);
}

static inline int lx_getpid(void)
{
	return lx_syscall0(__NR_getpid);
}

static inline int lx_getppid(void)
{
	return lx_syscall0(__NR_getppid);
}

static inline int lx_gettid(void)
{
	return lx_syscall0(__NR_gettid);
}

static inline int lx_getpgid(int pid)
{
	return lx_syscall1(__NR_getpgid, pid);
}

static inline int lx_setpgid(int pid, int group)
{
	return lx_syscall2(__NR_setpgid, pid, group);
}

static inline int lx_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
			   unsigned long d)
{
	return lx_syscall5(__NR_prctl, option, a, b, c, d);
}

/* The raw call: unlike in a libc, PTRACE_PEEK* store their result at @data. */
static inline long lx_ptrace(long request, int pid, unsigned long addr, void *data)
{
	return lx_syscall4(__NR_ptrace, request, pid, addr, (long)data);
}

static inline int lx_prlimit64(int pid, unsigned int resource, const struct rlimit64 *limit,
			       struct rlimit64 *old)
{
	return lx_syscall4(__NR_prlimit64, pid, resource, (long)limit, (long)old);
}

static inline unsigned int lx_geteuid(void)
{
	return lx_syscall0(__NR_geteuid);
}

static inline unsigned int lx_getegid(void)
{
	return lx_syscall0(__NR_getegid);
}

#endif /* UM_LX_PROCESS_H */
