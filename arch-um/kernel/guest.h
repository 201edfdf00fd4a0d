/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - the run loop
 */
#ifndef UM_KERNEL_GUEST_H
#define UM_KERNEL_GUEST_H

#include <linux/compiler_attributes.h>

/* guest_loop - run guest code of current until the task ends. Called with interrupts off. */
void guest_loop(void) __noreturn;

#endif /* UM_KERNEL_GUEST_H */
