/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exec.h - choose where a new program's stack starts
 */
#ifndef _ASM_UM_EXEC_H
#define _ASM_UM_EXEC_H

unsigned long arch_align_stack(unsigned long sp);

#endif /* _ASM_UM_EXEC_H */
