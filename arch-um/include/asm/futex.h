/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * futex.h - change guest words atomically
 */
#ifndef _ASM_UM_FUTEX_H
#define _ASM_UM_FUTEX_H

/* The generic version suffices: one processor, and no guest code runs while the kernel does. */
#include <asm-generic/futex.h>

#endif /* _ASM_UM_FUTEX_H */
