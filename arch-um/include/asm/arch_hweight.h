/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arch_hweight.h - count bits in C, because the version in arch/x86 needs code patching at boot
 */
#ifndef _ASM_UM_ARCH_HWEIGHT_H
#define _ASM_UM_ARCH_HWEIGHT_H

#include <asm-generic/bitops/arch_hweight.h>

#endif /* _ASM_UM_ARCH_HWEIGHT_H */
