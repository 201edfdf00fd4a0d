// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdso_time.c - implement the vDSO, a shared object that the kernel maps into every program
 *
 * This code runs in guest processes, as part of any program. It reads the clocks from the two data
 * pages in front of the vDSO, which the kernel writes (kernel/vdso.c, kernel/clock.c), or makes the
 * system call. The calculations come from the generic tree: the Makefile makes the compiler include
 * lib/vdso/gettimeofday.c before this file.
 */
#include <linux/time.h>
#include <linux/types.h>
#include <vdso/gettime.h>

#define ALSO_NAMED(name) __attribute__((weak, alias(name)))

int __vdso_clock_gettime(clockid_t clock, struct __kernel_timespec *time)
{
	return __cvdso_clock_gettime(clock, time);
}

int __vdso_clock_getres(clockid_t clock, struct __kernel_timespec *resolution)
{
	return __cvdso_clock_getres(clock, resolution);
}

int __vdso_gettimeofday(struct __kernel_old_timeval *time, struct timezone *zone)
{
	return __cvdso_gettimeofday(time, zone);
}

__kernel_old_time_t __vdso_time(__kernel_old_time_t *time)
{
	return __cvdso_time(time);
}

/* Always returns processor 0: the machine has only one. */
long __vdso_getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused)
{
	if (cpu)
		*cpu = 0;
	if (node)
		*node = 0;
	return 0;
}

int clock_gettime(clockid_t clock, struct __kernel_timespec *time)
	ALSO_NAMED("__vdso_clock_gettime");
int clock_getres(clockid_t clock, struct __kernel_timespec *resolution)
	ALSO_NAMED("__vdso_clock_getres");
int gettimeofday(struct __kernel_old_timeval *time, struct timezone *zone)
	ALSO_NAMED("__vdso_gettimeofday");
__kernel_old_time_t time(__kernel_old_time_t *time) ALSO_NAMED("__vdso_time");
long getcpu(unsigned int *cpu, unsigned int *node, struct getcpu_cache *unused)
	ALSO_NAMED("__vdso_getcpu");
