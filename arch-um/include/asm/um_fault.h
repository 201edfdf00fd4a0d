/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_fault.h - handle page faults of guest code
 *
 * Implemented in mm/fault.c, called by the run loop (kernel/guest.c).
 */
#ifndef _ASM_UM_UM_FAULT_H
#define _ASM_UM_UM_FAULT_H

struct guest_event;
struct pt_regs;

/*
 * fault_handle - resolve the fault in @event, or send the task a signal. Task context,
 * interrupts on, may sleep.
 */
void fault_handle(struct pt_regs *regs, const struct guest_event *event);

#endif /* _ASM_UM_UM_FAULT_H */
