/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry-common.h - define hooks that the generic entry code calls
 */
#ifndef _ASM_UM_ENTRY_COMMON_H
#define _ASM_UM_ENTRY_COMMON_H

#include <linux/sched.h>
#include <linux/processor.h>

static inline bool on_thread_stack(void)
{
	unsigned long sp = (unsigned long)__builtin_frame_address(0);

	return sp - (unsigned long)current->stack < THREAD_SIZE;
}

#endif /* _ASM_UM_ENTRY_COMMON_H */
