/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * delay.h - wait in a loop, timed by the host's clock
 */
#ifndef _ASM_UM_DELAY_H
#define _ASM_UM_DELAY_H

void __udelay(unsigned long usecs);
void __ndelay(unsigned long nsecs);
void __delay(unsigned long loops);

#define udelay(n)	__udelay(n)
#define ndelay(n)	__ndelay(n)

#endif /* _ASM_UM_DELAY_H */
