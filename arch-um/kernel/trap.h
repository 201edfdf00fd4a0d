/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap.h - handle exceptions of guest code that are not page faults
 */
#ifndef UM_KERNEL_TRAP_H
#define UM_KERNEL_TRAP_H

struct guest_event;
struct pt_regs;

/* trap_handle - send `current` the signal for the exception in @event. Interrupts are on. */
void trap_handle(struct pt_regs *regs, const struct guest_event *event);

#endif /* UM_KERNEL_TRAP_H */
