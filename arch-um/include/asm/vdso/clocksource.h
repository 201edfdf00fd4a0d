/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clocksource.h - how the vDSO may read the clock besides by a system call
 */
#ifndef _ASM_UM_VDSO_CLOCKSOURCE_H
#define _ASM_UM_VDSO_CLOCKSOURCE_H

/* The host's clock, calculated from the cycle counter (asm/vdso/data.h). */
#define VDSO_ARCH_CLOCKMODES	VDSO_CLOCKMODE_TSC

#endif /* _ASM_UM_VDSO_CLOCKSOURCE_H */
