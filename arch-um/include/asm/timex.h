/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timex.h - read the cycle counter
 */
#ifndef _ASM_UM_TIMEX_H
#define _ASM_UM_TIMEX_H

typedef unsigned long cycles_t;

static inline cycles_t get_cycles(void)
{
	return __builtin_ia32_rdtsc();
}
#define get_cycles get_cycles

#define CLOCK_TICK_RATE	1193182

#endif /* _ASM_UM_TIMEX_H */
