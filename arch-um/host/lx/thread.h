/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx/thread.h - threads: futexes and host processors
 *
 * System calls of the host; lx/call.h says what all of them have in common.
 */
#ifndef UM_LX_THREAD_H
#define UM_LX_THREAD_H

#include "lx/call.h"
#include <linux/futex.h>
#include "lx/time.h"

static inline int lx_sched_setaffinity(int tid, size_t size, const unsigned long *mask)
{
	return lx_syscall3(__NR_sched_setaffinity, tid, size, (long)mask);
}

/* Returns the bytes of @mask that were filled. */
static inline int lx_sched_getaffinity(int tid, size_t size, unsigned long *mask)
{
	return lx_syscall3(__NR_sched_getaffinity, tid, size, (long)mask);
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

#endif /* UM_LX_THREAD_H */
