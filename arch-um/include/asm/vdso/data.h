/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data.h - what the kernel and the vDSO share: cycle counter to nanoseconds of the host's clock
 *
 * kernel/clock.c writes it and reads the clock by it, as the vDSO does; so the two never
 * disagree. In the vDSO's page it is part of the data that the sequence count there guards.
 */
#ifndef _ASM_UM_VDSO_DATA_H
#define _ASM_UM_VDSO_DATA_H

#include <linux/types.h>

#define CLOCK_LINE_SHIFT	32
#define CLOCK_LINE_UNKNOWN	(~0ULL)

/* A piece of a straight line; it holds for @limit cycles from @cycles. */
struct arch_vdso_data {
	__u64 cycles, ns;	/* where it starts */
	__u64 slope;		/* nanoseconds per cycle << CLOCK_LINE_SHIFT */
	__u64 limit;
};

/* clock_line_ns - the time at @cycles, CLOCK_LINE_UNKNOWN where the line does not reach. */
static inline __attribute__((always_inline)) __u64
clock_line_ns(const struct arch_vdso_data *line, __u64 cycles)
{
	__u64 passed = cycles - line->cycles;

	/* Counts that lie before the start are large numbers here. */
	if (__builtin_expect(passed > line->limit, 0))
		return CLOCK_LINE_UNKNOWN;
	return line->ns + (__u64)(((unsigned __int128)passed * line->slope) >> CLOCK_LINE_SHIFT);
}

/* clock_cycles - the counter, read after everything before it in program order. */
static inline __attribute__((always_inline)) __u64 clock_cycles(void)
{
	__u64 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return high << 32 | low;
}

#endif /* _ASM_UM_VDSO_DATA_H */
