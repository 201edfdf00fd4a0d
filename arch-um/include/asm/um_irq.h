/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_irq.h - turn host events into interrupts
 *
 * Implemented in kernel/irq.c, used by drivers and by kernel/.
 */
#ifndef _ASM_UM_UM_IRQ_H
#define _ASM_UM_UM_IRQ_H

#include <linux/types.h>

/*
 * um_irq_register_fd - call @ready(@data) in hard interrupt context each time that @fd
 * becomes readable (or writable, if @write). Edge-triggered: see host_poll_add(). A
 * descriptor has at most one registration. Returns 0 or -errno.
 */
int um_irq_register_fd(int fd, bool write, void (*ready)(void *data), void *data);
void um_irq_unregister_fd(int fd);

/* um_irq_register_worker - call @fn(@data) in hard interrupt context after host_worker_notify(). */
int um_irq_register_worker(void (*fn)(void *data), void *data);

/*
 * um_irq_register_signal - call @fn in hard interrupt context when one of @events (enum um_event)
 * arrives. Only for the events that are signals from outside: window size, terminate, interrupt.
 * There is room for a few registrations, which are made during boot and last forever.
 */
void um_irq_register_signal(unsigned int events, void (*fn)(void));

/*
 * irq_lockdep_off - tell lockdep that interrupts are off, because the host side turned them off.
 * Returns whether lockdep thought that interrupts were on.
 * irq_lockdep_on - tell lockdep that the host side is about to restore interrupts; @on is the value
 * from irq_lockdep_off().
 */
bool irq_lockdep_off(void);
void irq_lockdep_on(bool on);

#endif /* _ASM_UM_UM_IRQ_H */
