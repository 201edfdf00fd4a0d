/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extable.h - exception table: instructions of the kernel that may fault
 */
#ifndef _ASM_UM_EXTABLE_H
#define _ASM_UM_EXTABLE_H

/*
 * The entries are those of arch/x86, whose headers (word-at-a-time.h) emit some of
 * them and whose layout scripts/sorttable.c sorts.
 */
#include <asm/extable_fixup_types.h>

struct exception_table_entry {
	int insn, fixup, data;
};

struct pt_regs;

#define ARCH_HAS_RELATIVE_EXTABLE

#define swap_ex_entry_fixup(a, b, tmp, delta)			\
do {								\
	int fixup_a = (a)->fixup, data_a = (a)->data;		\
								\
	(a)->fixup = (b)->fixup + (delta);			\
	(a)->data = (b)->data;					\
	(b)->fixup = fixup_a - (delta);				\
	(b)->data = data_a;					\
	(void)(tmp);						\
} while (0)

/* extable_fixup - continue behind a known fault; false if @regs->ip is in no entry. */
bool extable_fixup(struct pt_regs *regs, unsigned long addr);

#endif /* _ASM_UM_EXTABLE_H */
