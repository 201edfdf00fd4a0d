/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data.h - convert the cycle counter to nanoseconds of the host's clock
 *
 * kernel/clock.c writes struct arch_vdso_data. Kernel and vDSO both calculate the time from this
 * struct, so they never disagree. The sequence count of the vDSO's data page protects the struct.
 */
#ifndef _ASM_UM_VDSO_DATA_H
#define _ASM_UM_VDSO_DATA_H

#include <linux/types.h>

#define CLOCK_LINE_SHIFT	32
#define CLOCK_LINE_UNKNOWN	(~0ULL)

/* A piece of the line that maps cycles to time, valid for @limit cycles from @cycles on. */
struct arch_vdso_data {
	__u64 cycles, ns;	/* where the line starts */
	__u64 slope;		/* nanoseconds per cycle << CLOCK_LINE_SHIFT */
	__u64 limit;
};

/* clock_line_ns - return the time at @cycles, or CLOCK_LINE_UNKNOWN outside this piece. */
static inline __attribute__((always_inline)) __u64
clock_line_ns(const struct arch_vdso_data *line, __u64 cycles)
{
	__u64 passed = cycles - line->cycles;

	/* If @cycles is before the start of the line, @passed wraps around to a large number. */
	if (__builtin_expect(passed > line->limit, 0))
		return CLOCK_LINE_UNKNOWN;
	return line->ns + (__u64)(((unsigned __int128)passed * line->slope) >> CLOCK_LINE_SHIFT);
}

/* clock_cycles - read the counter after all earlier loads have completed. */
static inline __attribute__((always_inline)) __u64 clock_cycles(void)
{
	__u64 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return high << 32 | low;
}

#endif /* _ASM_UM_VDSO_DATA_H */
