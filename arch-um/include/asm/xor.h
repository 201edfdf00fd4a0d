/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xor.h - parity of RAID blocks, without vector registers
 *
 * The kernel has no vector registers to choose among, so the generic loop that is best
 * on all x86-64 processors is taken instead of measuring each at start.
 */
#ifndef _ASM_UM_XOR_H
#define _ASM_UM_XOR_H

#include <asm-generic/xor.h>

#define XOR_SELECT_TEMPLATE(fastest)	(&xor_block_32regs)

#endif /* _ASM_UM_XOR_H */
