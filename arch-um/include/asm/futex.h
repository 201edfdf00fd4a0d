/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * futex.h - atomic operations on guest words
 */
#ifndef _ASM_UM_FUTEX_H
#define _ASM_UM_FUTEX_H

/* One processor, and guest code stands still while the kernel runs: the generic ones do. */
#include <asm-generic/futex.h>

#endif /* _ASM_UM_FUTEX_H */
