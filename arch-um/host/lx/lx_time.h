/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lx_time.h - read clocks and set timers
 *
 * System calls of the host. lx/lx_call.h states the rules that apply to all of them.
 */
#ifndef UM_LX_TIME_H
#define UM_LX_TIME_H

#include "lx/lx_call.h"
#include <linux/signal.h>
#include <linux/time.h>
#include <asm/siginfo.h>

enum {
	LX_TIMER_ABSTIME = 1,		/* flag of timer_settime() */
};

static inline int lx_clock_gettime(int clock, struct __kernel_timespec *now)
{
	return lx_syscall2(__NR_clock_gettime, clock, (long)now);
}

/* Returns the processor time of process @pid in nanoseconds, or 0 if @pid does not exist. */
static inline uint64_t lx_process_cpu(int pid)
{
	struct __kernel_timespec time = {};

	/* The clock id of a process's CPU time (CPUCLOCK_SCHED). */
	lx_clock_gettime(~pid << 3 | 2, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* *@id gets the id of the new timer. */
static inline int lx_timer_create(int clock, struct sigevent *event, int *id)
{
	return lx_syscall3(__NR_timer_create, clock, (long)event, (long)id);
}

static inline int lx_timer_settime(int id, int flags, const struct __kernel_itimerspec *time,
				   struct __kernel_itimerspec *old)
{
	return lx_syscall4(__NR_timer_settime, id, flags, (long)time, (long)old);
}

#endif /* UM_LX_TIME_H */
