/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq.h - define the interrupt numbers
 */
#ifndef _ASM_UM_IRQ_H
#define _ASM_UM_IRQ_H

/*
 * Host events arrive as signals (kernel/irq.c). Each kind of event has its own interrupt number,
 * so that /proc/interrupts shows what interrupts the machine.
 */
enum um_irq {
	UM_IRQ_TIMER,
	UM_IRQ_POLL,
	UM_IRQ_WORKER,
	UM_IRQ_SIGNAL,
	UM_IRQ_LAST
};

/* Spare numbers for code that allocates virtual interrupts, such as KUnit's irq tests. */
#define NR_IRQS	64

#endif /* _ASM_UM_IRQ_H */
