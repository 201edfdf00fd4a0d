/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gettimeofday.h - define hooks that the generic vDSO code calls
 */
#ifndef _ASM_UM_VDSO_GETTIMEOFDAY_H
#define _ASM_UM_VDSO_GETTIMEOFDAY_H

#include <uapi/linux/time.h>
#include <asm/unistd.h>
#include <asm/vdso/data.h>

#define VDSO_HAS_TIME		1
#define VDSO_HAS_CLOCK_GETRES	1

static __always_inline long vdso_syscall(long number, long first, long second)
{
	long result;

	asm volatile("syscall" : "=a" (result) : "0" (number), "D" (first), "S" (second)
		     : "rcx", "r11", "memory");
	return result;
}

static __always_inline long clock_gettime_fallback(clockid_t clock, struct __kernel_timespec *time)
{
	return vdso_syscall(__NR_clock_gettime, clock, (long)time);
}

static __always_inline int clock_getres_fallback(clockid_t clock, struct __kernel_timespec *time)
{
	return vdso_syscall(__NR_clock_getres, clock, (long)time);
}

static __always_inline long gettimeofday_fallback(struct __kernel_old_timeval *time,
						  struct timezone *zone)
{
	return vdso_syscall(__NR_gettimeofday, (long)time, (long)zone);
}

/* The data pages lie in front of the code (x86/vdso/vdso.lds). */
static __always_inline const struct vdso_data *__arch_get_vdso_data(void)
{
	return _vdso_data;
}

#ifdef CONFIG_TIME_NS
static __always_inline const struct vdso_data *
__arch_get_timens_vdso_data(const struct vdso_data *vd)
{
	return _timens_data;
}
#endif

static __always_inline u64 __arch_get_hw_counter(s32 clock_mode, const struct vdso_data *vd)
{
	return clock_line_ns(&vd->arch_data, clock_cycles());
}

/* False outside the line: the vDSO then makes the system call, and the kernel draws a new line. */
static inline bool vdso_cycles_ok(u64 ns)
{
	return ns != CLOCK_LINE_UNKNOWN;
}
#define vdso_cycles_ok vdso_cycles_ok

/*
 * This processor's counter may be a few cycles behind the counter of the processor on which the
 * kernel last updated the data. Time then stands still for those cycles instead of going back.
 */
static __always_inline u64 vdso_calc_ns(const struct vdso_data *vd, u64 ns, u64 base)
{
	u64 passed = ns - vd->cycle_last;

	return (likely((s64)passed >= 0) ? passed * vd->mult + base : base) >> vd->shift;
}
#define vdso_calc_ns vdso_calc_ns

#endif /* _ASM_UM_VDSO_GETTIMEOFDAY_H */
