/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx.h - system calls of the host, typed, without a libc
 *
 * Each lx_<call>() is the host's system call of that name with its own argument
 * order; the result is its value or -errno. Structures and constants come from the
 * kernel's uapi headers, included here; what those leave to a libc stands below.
 *
 * Calls that do their work and report -EINTR only because a signal passed by are
 * repeated here (LX_RETRY). Calls whose point is to wait return -EINTR: the signal
 * is what their caller waited for. Everything is inline, thread-safe and touches
 * no memory but its arguments, so handlers, workers and stubs may use it.
 * Long because it is a flat list; look a call up in its section.
 */
#ifndef UM_LX_H
#define UM_LX_H

#include <um/types.h>

/* The uapi headers come from the source tree itself (uapi/linux/compiler_types.h). */
#ifndef __EXPORTED_HEADERS__
#define __EXPORTED_HEADERS__
#endif
#include <linux/errno.h>
#include <linux/eventfd.h>
#include <linux/eventpoll.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/openat2.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/signal.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/time.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <linux/utsname.h>
#include <linux/wait.h>
#include <asm/ioctls.h>
#include <asm/prctl.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/termios.h>
#include <asm/ucontext.h>

#include "lx_x86.h"

/* ---- what uapi headers leave to a libc ---------------------------------- */

typedef uint64_t lx_sigset;

static inline lx_sigset lx_sigbit(int signo)
{
	return 1ULL << (signo - 1);
}

struct lx_sigaction {
	union {
		void (*handler)(int signo);
		void (*action)(int signo, struct siginfo *info, void *ucontext);
	};
	unsigned long flags;		/* SA_RESTORER is required */
	void (*restorer)(void);		/* LX_DEFINE_RESTORER() */
	lx_sigset mask;
};
_Static_assert(sizeof(struct lx_sigaction) == 32, "layout that rt_sigaction expects");
_Static_assert(offsetof(struct lx_sigaction, mask) == 24, "layout that rt_sigaction expects");

#define LX_SIG_DFL ((void (*)(int))0)
#define LX_SIG_IGN ((void (*)(int))1)

enum lx_socket {
	LX_AF_UNIX = 1,
	LX_AF_INET = 2,
	LX_SOCK_STREAM = 1,
	LX_SOCK_DGRAM = 2,
	LX_SOCK_SEQPACKET = 5,
	LX_SOCK_NONBLOCK = 04000,
	LX_SOCK_CLOEXEC = 02000000,
	LX_SOL_SOCKET = 1,
	LX_SCM_RIGHTS = 1,
	LX_SO_TYPE = 3,
	LX_SO_SNDBUF = 7,
	LX_MSG_PEEK = 2,
	LX_MSG_TRUNC = 0x20,
	LX_MSG_DONTWAIT = 0x40,
	LX_MSG_NOSIGNAL = 0x4000,
	LX_MSG_CMSG_CLOEXEC = 0x40000000,
};

struct lx_msghdr {
	void *name;
	int name_size;
	struct iovec *iov;
	size_t nr_iov;
	void *control;
	size_t control_size;
	unsigned int flags;
};
_Static_assert(sizeof(struct lx_msghdr) == 56, "layout that sendmsg expects");

struct lx_mmsghdr {
	struct lx_msghdr message;
	unsigned int size;		/* bytes transferred */
};
_Static_assert(sizeof(struct lx_mmsghdr) == 64, "layout that sendmmsg expects");

struct lx_cmsghdr {
	size_t size;			/* header included */
	int level;
	int type;
};
_Static_assert(sizeof(struct lx_cmsghdr) == 16, "layout that sendmsg expects");

struct lx_dirent64 {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};
_Static_assert(offsetof(struct lx_dirent64, name) == 19, "layout that getdents64 writes");

enum lx_signal_code {
	LX_TIMER_ABSTIME = 1,		/* clock_nanosleep(), timer_settime() */
};

/* Repeat a call for as long as it says -EINTR. */
#define LX_RETRY(call) ({				\
	long lx_ret_;					\
							\
	do						\
		lx_ret_ = (call);			\
	while (lx_ret_ == -EINTR);			\
	lx_ret_; })

/* mmap() returns an address, or -errno in the last page of the address space. */
static inline bool lx_is_error(const void *address)
{
	return (unsigned long)address > -4096UL;
}

/* ---- files --------------------------------------------------------------- */

static inline int lx_openat(int dir_fd, const char *path, int flags, unsigned int mode)
{
	return LX_RETRY(lx_syscall4(__NR_openat, dir_fd, (long)path, flags, mode));
}

static inline int lx_openat2(int dir_fd, const char *path, const struct open_how *how)
{
	return LX_RETRY(lx_syscall4(__NR_openat2, dir_fd, (long)path, (long)how, sizeof(*how)));
}

/* Never repeated: the descriptor is gone even when this says -EINTR. */
static inline int lx_close(int fd)
{
	return lx_syscall1(__NR_close, fd);
}

static inline int lx_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return lx_syscall3(__NR_close_range, first, last, flags);
}

static inline ssize_t lx_read(int fd, void *buf, size_t size)
{
	return LX_RETRY(lx_syscall3(__NR_read, fd, (long)buf, size));
}

static inline ssize_t lx_write(int fd, const void *buf, size_t size)
{
	return LX_RETRY(lx_syscall3(__NR_write, fd, (long)buf, size));
}

static inline ssize_t lx_pread64(int fd, void *buf, size_t size, uint64_t offset)
{
	return LX_RETRY(lx_syscall4(__NR_pread64, fd, (long)buf, size, offset));
}

static inline ssize_t lx_pwrite64(int fd, const void *buf, size_t size, uint64_t offset)
{
	return LX_RETRY(lx_syscall4(__NR_pwrite64, fd, (long)buf, size, offset));
}

static inline ssize_t lx_readv(int fd, const struct iovec *iov, int nr_iov)
{
	return LX_RETRY(lx_syscall3(__NR_readv, fd, (long)iov, nr_iov));
}

static inline ssize_t lx_writev(int fd, const struct iovec *iov, int nr_iov)
{
	return LX_RETRY(lx_syscall3(__NR_writev, fd, (long)iov, nr_iov));
}

/* The host wants the offset as a low and a high word; the low one holds all 64 bits here. */
static inline ssize_t lx_preadv(int fd, const struct iovec *iov, int nr_iov, uint64_t offset)
{
	return LX_RETRY(lx_syscall5(__NR_preadv, fd, (long)iov, nr_iov, offset, 0));
}

static inline ssize_t lx_pwritev(int fd, const struct iovec *iov, int nr_iov, uint64_t offset)
{
	return LX_RETRY(lx_syscall5(__NR_pwritev, fd, (long)iov, nr_iov, offset, 0));
}

static inline int64_t lx_lseek(int fd, int64_t offset, int whence)
{
	return lx_syscall3(__NR_lseek, fd, offset, whence);
}

static inline int lx_ftruncate(int fd, uint64_t size)
{
	return LX_RETRY(lx_syscall2(__NR_ftruncate, fd, size));
}

static inline int lx_fallocate(int fd, int mode, uint64_t offset, uint64_t size)
{
	return LX_RETRY(lx_syscall4(__NR_fallocate, fd, mode, offset, size));
}

static inline int lx_fsync(int fd)
{
	return LX_RETRY(lx_syscall1(__NR_fsync, fd));
}

static inline int lx_fdatasync(int fd)
{
	return LX_RETRY(lx_syscall1(__NR_fdatasync, fd));
}

static inline int lx_fstat(int fd, struct stat *st)
{
	return lx_syscall2(__NR_fstat, fd, (long)st);
}

static inline int lx_fchmod(int fd, unsigned int mode)
{
	return lx_syscall2(__NR_fchmod, fd, mode);
}

static inline int lx_statx(int dir_fd, const char *path, int flags, unsigned int mask,
			   struct statx *stx)
{
	return LX_RETRY(lx_syscall5(__NR_statx, dir_fd, (long)path, flags, mask, (long)stx));
}

static inline int lx_fcntl(int fd, int command, unsigned long arg)
{
	return lx_syscall3(__NR_fcntl, fd, command, arg);
}

static inline int lx_flock(int fd, int operation)
{
	return LX_RETRY(lx_syscall2(__NR_flock, fd, operation));
}

static inline int lx_ioctl(int fd, unsigned int request, unsigned long arg)
{
	return LX_RETRY(lx_syscall3(__NR_ioctl, fd, request, arg));
}

static inline int lx_dup3(int fd, int new_fd, int flags)
{
	return lx_syscall3(__NR_dup3, fd, new_fd, flags);
}

static inline int lx_pipe2(int fds[2], int flags)
{
	return lx_syscall2(__NR_pipe2, (long)fds, flags);
}

static inline ssize_t lx_getdents64(int fd, void *buf, size_t size)
{
	return lx_syscall3(__NR_getdents64, fd, (long)buf, size);
}

static inline ssize_t lx_readlinkat(int dir_fd, const char *path, char *buf, size_t size)
{
	return lx_syscall4(__NR_readlinkat, dir_fd, (long)path, (long)buf, size);
}

static inline int lx_faccessat(int dir_fd, const char *path, int mode)
{
	return lx_syscall3(__NR_faccessat, dir_fd, (long)path, mode);
}

static inline int lx_unlinkat(int dir_fd, const char *path, int flags)
{
	return lx_syscall3(__NR_unlinkat, dir_fd, (long)path, flags);
}

/* ---- memory -------------------------------------------------------------- */

/* The result is an address or lx_is_error(). */
static inline void *lx_mmap(void *at, size_t size, int prot, int flags, int fd, uint64_t offset)
{
	return (void *)lx_syscall6(__NR_mmap, (long)at, size, prot, flags, fd, offset);
}

static inline int lx_munmap(void *at, size_t size)
{
	return lx_syscall2(__NR_munmap, (long)at, size);
}

static inline int lx_mprotect(void *at, size_t size, int prot)
{
	return lx_syscall3(__NR_mprotect, (long)at, size, prot);
}

static inline int lx_madvise(void *at, size_t size, int advice)
{
	return lx_syscall3(__NR_madvise, (long)at, size, advice);
}

static inline int lx_memfd_create(const char *name, unsigned int flags)
{
	return lx_syscall2(__NR_memfd_create, (long)name, flags);
}

/* ---- readiness ----------------------------------------------------------- */

static inline int lx_eventfd2(unsigned int value, int flags)
{
	return lx_syscall2(__NR_eventfd2, value, flags);
}

static inline int lx_epoll_create1(int flags)
{
	return lx_syscall1(__NR_epoll_create1, flags);
}

static inline int lx_epoll_ctl(int epoll_fd, int operation, int fd, struct epoll_event *event)
{
	return lx_syscall4(__NR_epoll_ctl, epoll_fd, operation, fd, (long)event);
}

/* -EINTR is possible; @mask may be NULL. */
static inline int lx_epoll_pwait(int epoll_fd, struct epoll_event *events, int nr_events,
				 int timeout_ms, const lx_sigset *mask)
{
	return lx_syscall6(__NR_epoll_pwait, epoll_fd, (long)events, nr_events, timeout_ms,
			   (long)mask, sizeof(*mask));
}

/* -EINTR is possible; @timeout (updated) and @mask may be NULL. */
static inline int lx_ppoll(struct pollfd *fds, unsigned int nr_fds,
			   struct __kernel_timespec *timeout, const lx_sigset *mask)
{
	return lx_syscall5(__NR_ppoll, (long)fds, nr_fds, (long)timeout, (long)mask,
			   sizeof(*mask));
}

/* ---- signals ------------------------------------------------------------- */

static inline int lx_rt_sigaction(int signo, const struct lx_sigaction *action,
				  struct lx_sigaction *old)
{
	return lx_syscall4(__NR_rt_sigaction, signo, (long)action, (long)old,
			   sizeof(lx_sigset));
}

static inline int lx_rt_sigprocmask(int how, const lx_sigset *set, lx_sigset *old)
{
	return lx_syscall4(__NR_rt_sigprocmask, how, (long)set, (long)old, sizeof(lx_sigset));
}

static inline int lx_sigaltstack(const stack_t *stack, stack_t *old)
{
	return lx_syscall2(__NR_sigaltstack, (long)stack, (long)old);
}

/* The signal taken; -EAGAIN after @timeout (NULL: none), -EINTR after another signal. */
static inline int lx_rt_sigtimedwait(const lx_sigset *set, struct siginfo *info,
				     const struct __kernel_timespec *timeout)
{
	return lx_syscall4(__NR_rt_sigtimedwait, (long)set, (long)info, (long)timeout,
			   sizeof(*set));
}

static inline int lx_kill(int pid, int signo)
{
	return lx_syscall2(__NR_kill, pid, signo);
}

static inline int lx_tgkill(int pid, int tid, int signo)
{
	return lx_syscall3(__NR_tgkill, pid, tid, signo);
}

/* A signal with siginfo @info of the caller's own, but for its process and user. */
static inline int lx_rt_tgsigqueueinfo(int pid, int tid, int signo, const struct siginfo *info)
{
	return lx_syscall4(__NR_rt_tgsigqueueinfo, pid, tid, signo, (long)info);
}

/* ---- processes and threads ----------------------------------------------- */

/*
 * clone(2) as it is, for children that go on in the caller's stack frame: @stack is
 * NULL, or the child must not return from here. Threads use lx_clone_thread().
 */
static inline long lx_clone(unsigned long flags, void *stack, int *parent_tid,
			    int *child_tid, unsigned long tls)
{
	return lx_syscall5(__NR_clone, flags, (long)stack, (long)parent_tid,
			   (long)child_tid, tls);
}

static inline int lx_fork(void)
{
	return lx_syscall0(__NR_fork);
}

static inline int lx_execve(const char *path, char *const argv[], char *const envp[])
{
	return lx_syscall3(__NR_execve, (long)path, (long)argv, (long)envp);
}

/* Ends this thread only. */
__attribute__((noreturn)) static inline void lx_exit(int status)
{
	for (;;)
		lx_syscall1(__NR_exit, status);
}

__attribute__((noreturn)) static inline void lx_exit_group(int status)
{
	for (;;)
		lx_syscall1(__NR_exit_group, status);
}

/* -EINTR is possible. */
static inline int lx_wait4(int pid, int *status, int options, struct rusage *usage)
{
	return lx_syscall4(__NR_wait4, pid, (long)status, options, (long)usage);
}

/* 0 also when none of them changed its state: info->si_pid is 0 then (WNOHANG). */
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

static inline int lx_setsid(void)
{
	return lx_syscall0(__NR_setsid);
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

/* The raw call: PTRACE_PEEK* store through @data. */
static inline long lx_ptrace(long request, int pid, unsigned long addr, void *data)
{
	return lx_syscall4(__NR_ptrace, request, pid, addr, (long)data);
}

static inline int lx_arch_prctl(int option, unsigned long addr)
{
	return lx_syscall2(__NR_arch_prctl, option, addr);
}

static inline int lx_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return lx_syscall3(__NR_seccomp, operation, flags, (long)args);
}

static inline int lx_landlock_create_ruleset(const struct landlock_ruleset_attr *attr, size_t size,
					     unsigned int flags)
{
	return lx_syscall3(__NR_landlock_create_ruleset, (long)attr, size, flags);
}

static inline int lx_landlock_add_rule(int ruleset_fd, int type, const void *rule)
{
	return lx_syscall4(__NR_landlock_add_rule, ruleset_fd, type, (long)rule, 0);
}

static inline int lx_landlock_restrict_self(int ruleset_fd, unsigned int flags)
{
	return lx_syscall2(__NR_landlock_restrict_self, ruleset_fd, flags);
}

static inline int lx_process_vm_readv(int pid, const struct iovec *local, size_t nr_local,
				      const struct iovec *remote, size_t nr_remote)
{
	return lx_syscall6(__NR_process_vm_readv, pid, (long)local, nr_local,
			   (long)remote, nr_remote, 0);
}

static inline int lx_sched_setaffinity(int tid, size_t size, const unsigned long *mask)
{
	return lx_syscall3(__NR_sched_setaffinity, tid, size, (long)mask);
}

/* Returns the bytes of @mask that were filled. */
static inline int lx_sched_getaffinity(int tid, size_t size, unsigned long *mask)
{
	return lx_syscall3(__NR_sched_getaffinity, tid, size, (long)mask);
}

static inline int lx_sched_yield(void)
{
	return lx_syscall0(__NR_sched_yield);
}

static inline int lx_getcpu(unsigned int *cpu, unsigned int *node)
{
	return lx_syscall3(__NR_getcpu, (long)cpu, (long)node, 0);
}

/* -EINTR and, when *@word is not @value, -EAGAIN are possible; @timeout NULL: none. */
static inline int lx_futex(uint32_t *word, int operation, uint32_t value,
			   const struct __kernel_timespec *timeout)
{
	return lx_syscall6(__NR_futex, (long)word, operation, value, (long)timeout, 0, 0);
}

/* How many threads sleep on @word, counted up to 1, by moving them from the word to itself. */
static inline int lx_futex_sleepers(uint32_t *word)
{
	return lx_syscall6(__NR_futex, (long)word, FUTEX_REQUEUE, 0, 1, (long)word, 0);
}

static inline int lx_getrlimit(unsigned int resource, struct rlimit64 *limit)
{
	return lx_syscall4(__NR_prlimit64, 0, resource, 0, (long)limit);
}

static inline int lx_prlimit64(int pid, unsigned int resource, const struct rlimit64 *limit,
			       struct rlimit64 *old)
{
	return lx_syscall4(__NR_prlimit64, pid, resource, (long)limit, (long)old);
}

static inline int lx_getrusage(int who, struct rusage *usage)
{
	return lx_syscall2(__NR_getrusage, who, (long)usage);
}

/* ---- time ---------------------------------------------------------------- */

static inline int lx_clock_gettime(int clock, struct __kernel_timespec *now)
{
	return lx_syscall2(__NR_clock_gettime, clock, (long)now);
}

/* -EINTR is possible; @left may be NULL. */
static inline int lx_clock_nanosleep(int clock, int flags,
				     const struct __kernel_timespec *time,
				     struct __kernel_timespec *left)
{
	return lx_syscall4(__NR_clock_nanosleep, clock, flags, (long)time, (long)left);
}

static inline int lx_nanosleep(const struct __kernel_timespec *time,
			       struct __kernel_timespec *left)
{
	return lx_syscall2(__NR_nanosleep, (long)time, (long)left);
}

/* @id gets the timer. */
static inline int lx_timer_create(int clock, struct sigevent *event, int *id)
{
	return lx_syscall3(__NR_timer_create, clock, (long)event, (long)id);
}

static inline int lx_timer_settime(int id, int flags, const struct __kernel_itimerspec *time,
				   struct __kernel_itimerspec *old)
{
	return lx_syscall4(__NR_timer_settime, id, flags, (long)time, (long)old);
}

static inline int lx_timer_delete(int id)
{
	return lx_syscall1(__NR_timer_delete, id);
}

/* ---- sockets ------------------------------------------------------------- */

static inline int lx_socket(int family, int type, int protocol)
{
	return lx_syscall3(__NR_socket, family, type, protocol);
}

static inline int lx_socketpair(int family, int type, int protocol, int fds[2])
{
	return lx_syscall4(__NR_socketpair, family, type, protocol, (long)fds);
}

static inline int lx_bind(int fd, const void *address, int size)
{
	return lx_syscall3(__NR_bind, fd, (long)address, size);
}

static inline int lx_listen(int fd, int backlog)
{
	return lx_syscall2(__NR_listen, fd, backlog);
}

static inline int lx_accept4(int fd, void *address, int *size, int flags)
{
	return LX_RETRY(lx_syscall4(__NR_accept4, fd, (long)address, (long)size, flags));
}

/* Never repeated: after -EINTR the connection goes on being made. */
static inline int lx_connect(int fd, const void *address, int size)
{
	return lx_syscall3(__NR_connect, fd, (long)address, size);
}

static inline ssize_t lx_sendmsg(int fd, const struct lx_msghdr *message, int flags)
{
	return LX_RETRY(lx_syscall3(__NR_sendmsg, fd, (long)message, flags));
}

static inline ssize_t lx_recvmsg(int fd, struct lx_msghdr *message, int flags)
{
	return LX_RETRY(lx_syscall3(__NR_recvmsg, fd, (long)message, flags));
}

static inline int lx_sendmmsg(int fd, struct lx_mmsghdr *messages, unsigned int nr, int flags)
{
	return LX_RETRY(lx_syscall4(__NR_sendmmsg, fd, (long)messages, nr, flags));
}

static inline int lx_recvmmsg(int fd, struct lx_mmsghdr *messages, unsigned int nr, int flags)
{
	return LX_RETRY(lx_syscall5(__NR_recvmmsg, fd, (long)messages, nr, flags, 0));
}

static inline int lx_setsockopt(int fd, int level, int option, const void *value, int size)
{
	return lx_syscall5(__NR_setsockopt, fd, level, option, (long)value, size);
}

static inline int lx_getsockopt(int fd, int level, int option, void *value, int *size)
{
	return lx_syscall5(__NR_getsockopt, fd, level, option, (long)value, (long)size);
}

/* ---- the host ------------------------------------------------------------ */

static inline int lx_sysinfo(struct sysinfo *info)
{
	return lx_syscall1(__NR_sysinfo, (long)info);
}

static inline int lx_uname(struct new_utsname *name)
{
	return lx_syscall1(__NR_uname, (long)name);
}

static inline ssize_t lx_getrandom(void *buf, size_t size, unsigned int flags)
{
	return LX_RETRY(lx_syscall3(__NR_getrandom, (long)buf, size, flags));
}

/* ---- more on files: scattered transfers, names, attributes --------------- */

/* -EAGAIN is possible with RWF_NOWAIT. */
static inline ssize_t lx_preadv2(int fd, const struct iovec *iov, int nr_iov, uint64_t offset,
				 int flags)
{
	return LX_RETRY(lx_syscall6(__NR_preadv2, fd, (long)iov, nr_iov, offset, 0, flags));
}

static inline int lx_mkdirat(int dir_fd, const char *path, unsigned int mode)
{
	return lx_syscall3(__NR_mkdirat, dir_fd, (long)path, mode);
}

static inline int lx_mknodat(int dir_fd, const char *path, unsigned int mode, unsigned int dev)
{
	return lx_syscall4(__NR_mknodat, dir_fd, (long)path, mode, dev);
}

static inline int lx_symlinkat(const char *target, int dir_fd, const char *path)
{
	return lx_syscall3(__NR_symlinkat, (long)target, dir_fd, (long)path);
}

static inline int lx_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	return lx_syscall5(__NR_linkat, from_fd, (long)from, to_fd, (long)to, flags);
}

static inline int lx_renameat2(int from_fd, const char *from, int to_fd, const char *to,
			       unsigned int flags)
{
	return lx_syscall5(__NR_renameat2, from_fd, (long)from, to_fd, (long)to, flags);
}

/* Follows a symbolic link at the end of @path. */
static inline int lx_fchmodat(int dir_fd, const char *path, unsigned int mode)
{
	return lx_syscall3(__NR_fchmodat, dir_fd, (long)path, mode);
}

/* Since Linux 6.6. */
static inline int lx_fchmodat2(int dir_fd, const char *path, unsigned int mode, int flags)
{
	return lx_syscall4(__NR_fchmodat2, dir_fd, (long)path, mode, flags);
}

static inline int lx_fchownat(int dir_fd, const char *path, unsigned int uid, unsigned int gid,
			      int flags)
{
	return lx_syscall5(__NR_fchownat, dir_fd, (long)path, uid, gid, flags);
}

/* @path NULL: @dir_fd itself. */
static inline int lx_utimensat(int dir_fd, const char *path,
			       const struct __kernel_timespec times[2], int flags)
{
	return lx_syscall4(__NR_utimensat, dir_fd, (long)path, (long)times, flags);
}

static inline int lx_fstatfs(int fd, struct statfs *st)
{
	return LX_RETRY(lx_syscall2(__NR_fstatfs, fd, (long)st));
}

static inline int lx_syncfs(int fd)
{
	return lx_syscall1(__NR_syncfs, fd);
}

static inline ssize_t lx_fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return lx_syscall4(__NR_fgetxattr, fd, (long)name, (long)value, size);
}

static inline int lx_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return lx_syscall5(__NR_fsetxattr, fd, (long)name, (long)value, size, flags);
}

static inline int lx_fremovexattr(int fd, const char *name)
{
	return lx_syscall2(__NR_fremovexattr, fd, (long)name);
}

static inline ssize_t lx_flistxattr(int fd, char *list, size_t size)
{
	return lx_syscall3(__NR_flistxattr, fd, (long)list, size);
}

static inline unsigned int lx_umask(unsigned int mask)
{
	return lx_syscall1(__NR_umask, mask);
}

static inline unsigned int lx_geteuid(void)
{
	return lx_syscall0(__NR_geteuid);
}

static inline unsigned int lx_getegid(void)
{
	return lx_syscall0(__NR_getegid);
}

#endif /* UM_LX_H */
