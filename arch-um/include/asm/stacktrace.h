/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stacktrace.h - define the layout of a stack frame with a frame pointer
 */
#ifndef _ASM_UM_STACKTRACE_H
#define _ASM_UM_STACKTRACE_H

#include <asm/ptrace.h>

struct um_frame {
	struct um_frame *next;
	unsigned long return_address;
};

#endif /* _ASM_UM_STACKTRACE_H */
