/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_clock.h - run the machine's clock
 *
 * Implemented in kernel/clock.c, used by kernel/.
 */
#ifndef _ASM_UM_UM_CLOCK_H
#define _ASM_UM_UM_CLOCK_H

/* clock_setup - start sched_clock() at 0. Called before anything needs the time. */
void clock_setup(void);

/* clock_idle - call host_idle(), then correct the clock. Interrupts off. */
void clock_idle(void);

#endif /* _ASM_UM_UM_CLOCK_H */
