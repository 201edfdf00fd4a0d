/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_irq.h - host events as interrupts, for drivers
 */
#ifndef _ASM_UM_UM_IRQ_H
#define _ASM_UM_UM_IRQ_H

#include <linux/types.h>

/*
 * um_irq_register_fd - call @ready(@data) in hard interrupt context each time that @fd
 * becomes readable (or writable). Edge-triggered: see host_poll_add(). A descriptor
 * has at most one registration. Returns 0 or -errno.
 */
int um_irq_register_fd(int fd, bool write, void (*ready)(void *data), void *data);
void um_irq_unregister_fd(int fd);

/* um_irq_register_worker - call @fn(@data) in hard interrupt context after host_worker_notify(). */
int um_irq_register_worker(void (*fn)(void *data), void *data);

#endif /* _ASM_UM_UM_IRQ_H */
