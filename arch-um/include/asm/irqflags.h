/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irqflags.h - disable and enable interrupts: the interrupt flag is a variable
 */
#ifndef _ASM_UM_IRQFLAGS_H
#define _ASM_UM_IRQFLAGS_H

/*
 * A signal handler that finds um_irqs_on 0 only records the event, and enabling interrupts
 * handles recorded events. Neither side makes a system call. Handlers run on the machine's own
 * thread, so compiler barriers give enough ordering.
 */
#ifndef __ASSEMBLY__
#include <um/upcall.h>
#include <linux/compiler.h>

void um_irqs_catch_up(void);

static __always_inline unsigned long arch_local_save_flags(void)
{
	return um_irqs_on;
}

static __always_inline void arch_local_irq_disable(void)
{
	um_irqs_on = 0;
	barrier();
}

static __always_inline void arch_local_irq_enable(void)
{
	barrier();
	um_irqs_on = 1;
	barrier();
	if (unlikely(um_irqs_pending))
		um_irqs_catch_up();
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (flags)
		arch_local_irq_enable();
	else
		arch_local_irq_disable();
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = um_irqs_on;

	arch_local_irq_disable();
	return flags;
}

static __always_inline bool arch_irqs_disabled_flags(unsigned long flags)
{
	return !flags;
}

static __always_inline bool arch_irqs_disabled(void)
{
	return !um_irqs_on;
}
#endif

#endif /* _ASM_UM_IRQFLAGS_H */
