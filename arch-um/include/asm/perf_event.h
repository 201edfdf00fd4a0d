/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * perf_event.h - there are software events only
 */
#ifndef _ASM_UM_PERF_EVENT_H
#define _ASM_UM_PERF_EVENT_H

#define perf_arch_fetch_caller_regs(regs, where) do {			\
	(regs)->ip = (where);							\
	(regs)->sp = (unsigned long)__builtin_frame_address(0);		\
	(regs)->bp = (unsigned long)__builtin_frame_address(0);		\
	(regs)->cs = 0;								\
	(regs)->flags = 0;							\
} while (0)

#endif /* _ASM_UM_PERF_EVENT_H */
