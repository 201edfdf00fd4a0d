/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_signal.h - set signal handlers and masks, and send signals
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_SIGNAL_H
#define UM_LX_SIGNAL_H

#include "lx/lx_call.h"
#include <linux/signal.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>

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

static inline int lx_kill(int pid, int signo)
{
	return lx_syscall2(__NR_kill, pid, signo);
}

static inline int lx_tgkill(int pid, int tid, int signo)
{
	return lx_syscall3(__NR_tgkill, pid, tid, signo);
}

/* Send a signal with @info. For a thread of another process, info->si_code must be negative. */
static inline int lx_rt_tgsigqueueinfo(int pid, int tid, int signo, const struct siginfo *info)
{
	return lx_syscall4(__NR_rt_tgsigqueueinfo, pid, tid, signo, (long)info);
}

#endif /* UM_LX_SIGNAL_H */
