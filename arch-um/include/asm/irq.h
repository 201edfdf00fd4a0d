/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq.h - interrupt numbers
 */
#ifndef _ASM_UM_IRQ_H
#define _ASM_UM_IRQ_H

/*
 * Host events arrive as signals (irq.c). Each kind has one interrupt number, so that
 * /proc/interrupts tells where the machine's time goes.
 */
enum um_irq {
	UM_IRQ_TIMER,
	UM_IRQ_POLL,
	UM_IRQ_WORKER,
	UM_IRQ_SIGNAL,
	UM_IRQ_LAST
};

/* Spare numbers for drivers that allocate virtual interrupts (KUnit's irq tests do). */
#define NR_IRQS	64

#endif /* _ASM_UM_IRQ_H */
