/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * word-at-a-time.h - string scans by words, with loads that may run over the last page
 */
#ifndef _ASM_UM_WORD_AT_A_TIME_H
#define _ASM_UM_WORD_AT_A_TIME_H

#include <asm-generic/word-at-a-time.h>
#include <asm/asm.h>

/*
 * One register is address and result: when the load faults it still holds the address,
 * and extable_fixup() puts in the bytes that exist with zeros behind them.
 */
static inline unsigned long load_unaligned_zeropad(const void *addr)
{
	unsigned long word = (unsigned long)addr;

	asm volatile("1: mov (%[word]), %[word]\n"
		     "2:\n"
		     _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_ZEROPAD, %[word])
		     : [word] "+r" (word) : : "memory");
	return word;
}

#endif /* _ASM_UM_WORD_AT_A_TIME_H */
