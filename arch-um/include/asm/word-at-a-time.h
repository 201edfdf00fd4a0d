/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * word-at-a-time.h - scan strings by words, with loads that may cross the end of a mapping
 */
#ifndef _ASM_UM_WORD_AT_A_TIME_H
#define _ASM_UM_WORD_AT_A_TIME_H

#include <asm-generic/word-at-a-time.h>
#include <asm/asm.h>

/*
 * One register holds the address and receives the result. If the load faults, this register still
 * holds the address, and extable_fixup() loads the bytes that exist, followed by zeros.
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
