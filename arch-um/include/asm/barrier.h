/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * barrier.h - define memory barriers: kernel code shares memory with other host threads
 */
#ifndef _ASM_UM_BARRIER_H
#define _ASM_UM_BARRIER_H

#define mb()	asm volatile("mfence" ::: "memory")
#define rmb()	asm volatile("lfence" ::: "memory")
#define wmb()	asm volatile("sfence" ::: "memory")

#include <asm-generic/barrier.h>

#endif /* _ASM_UM_BARRIER_H */
