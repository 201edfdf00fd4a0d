/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_thread.h - sleep and wake through futexes, and choose the host processors of threads
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_THREAD_H
#define UM_LX_THREAD_H

#include "lx/lx_call.h"
#include <linux/futex.h>
#include "lx/lx_time.h"

static inline int lx_sched_setaffinity(int tid, size_t size, const unsigned long *mask)
{
	return lx_syscall3(__NR_sched_setaffinity, tid, size, (long)mask);
}

/* Returns how many bytes of @mask were filled. */
static inline int lx_sched_getaffinity(int tid, size_t size, unsigned long *mask)
{
	return lx_syscall3(__NR_sched_getaffinity, tid, size, (long)mask);
}

static inline int lx_getcpu(unsigned int *cpu, unsigned int *node)
{
	return lx_syscall3(__NR_getcpu, (long)cpu, (long)node, 0);
}

/* May return -EINTR, and -EAGAIN if *@word is not @value. @timeout may be NULL. */
static inline int lx_futex(uint32_t *word, int operation, uint32_t value,
			   const struct __kernel_timespec *timeout)
{
	return lx_syscall6(__NR_futex, (long)word, operation, value, (long)timeout, 0, 0);
}

/*
 * Returns how many threads sleep on @word, but at most 1. The call requeues one sleeper from the
 * word to the same word, which counts the sleeper and changes nothing.
 */
static inline int lx_futex_sleepers(uint32_t *word)
{
	return lx_syscall6(__NR_futex, (long)word, FUTEX_REQUEUE, 0, 1, (long)word, 0);
}

#endif /* UM_LX_THREAD_H */
