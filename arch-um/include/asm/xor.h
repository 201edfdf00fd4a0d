/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xor.h - calculate the parity of RAID blocks without vector registers
 *
 * The kernel must not use vector registers. One of the generic loops is the fastest on all x86-64
 * processors, so this loop is chosen without measuring at boot.
 */
#ifndef _ASM_UM_XOR_H
#define _ASM_UM_XOR_H

#include <asm-generic/xor.h>

#define XOR_SELECT_TEMPLATE(fastest)	(&xor_block_32regs)

#endif /* _ASM_UM_XOR_H */
