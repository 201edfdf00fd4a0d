/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hardirq.h - count interrupts; unexpected interrupts need no acknowledgement
 */
#ifndef _ASM_UM_HARDIRQ_H
#define _ASM_UM_HARDIRQ_H

#include <linux/cache.h>
#include <linux/threads.h>

#define ack_bad_irq ack_bad_irq
static inline void ack_bad_irq(unsigned int irq)
{
}

#include <asm-generic/hardirq.h>

#endif /* _ASM_UM_HARDIRQ_H */
