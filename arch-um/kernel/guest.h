/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - declare the run loop, which resumes guest code
 */
#ifndef UM_KERNEL_GUEST_H
#define UM_KERNEL_GUEST_H

#include <linux/compiler_attributes.h>

/* guest_loop - run the guest code of `current` until the task ends. Called with interrupts off. */
void guest_loop(void) __noreturn;

#endif /* UM_KERNEL_GUEST_H */
