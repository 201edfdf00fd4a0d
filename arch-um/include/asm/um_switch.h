/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * um_switch.h - exchange kernel stacks
 *
 * Implemented in x86/switch.S, used by kernel/process.c and kernel/debug/oops.c.
 */
#ifndef _ASM_UM_UM_SWITCH_H
#define _ASM_UM_UM_SWITCH_H

struct task_struct;

/* The registers on the stack of a sleeping or new task, as um_switch_stacks() stores them. */
struct um_switch_frame {
	unsigned long r15, r14, r13, r12, bx, bp;
	unsigned long return_address;
};

/*
 * um_switch_stacks - continue on the stack of @next, where the call returns @prev. Interrupts off.
 */
struct task_struct *um_switch_stacks(struct task_struct *prev, struct task_struct *next);

/*
 * um_ret_from_fork - start a new task, on whose stack this is the return address: call the function
 * in r13 with the task that ran before, bx and r12 as arguments. The function must not return.
 */
void um_ret_from_fork(void);

/*
 * um_oops_entry - continue on the task's stack after a fatal signal in kernel code: call the
 * function in ax with di. di and sp point to a block that starts with the registers of the fault.
 */
void um_oops_entry(void);

#endif /* _ASM_UM_UM_SWITCH_H */
