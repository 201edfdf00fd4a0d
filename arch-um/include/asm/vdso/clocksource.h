/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clocksource.h - name the clock mode in which the vDSO reads the clock without a system call
 */
#ifndef _ASM_UM_VDSO_CLOCKSOURCE_H
#define _ASM_UM_VDSO_CLOCKSOURCE_H

/* In this mode the vDSO calculates the host's clock from the cycle counter (asm/vdso/data.h). */
#define VDSO_ARCH_CLOCKMODES	VDSO_CLOCKMODE_TSC

#endif /* _ASM_UM_VDSO_CLOCKSOURCE_H */
