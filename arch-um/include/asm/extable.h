/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * extable.h - define the exception table, which lists kernel instructions that may fault
 */
#ifndef _ASM_UM_EXTABLE_H
#define _ASM_UM_EXTABLE_H

/*
 * Entries have the layout of arch/x86, because some arch/x86 headers emit entries and
 * scripts/sorttable.c sorts them in this layout.
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

/*
 * extable_fixup - if the table has an entry for @regs->ip, make @regs continue at its fixup.
 * False if there is no entry. Implemented in mm/extable.c.
 */
bool extable_fixup(struct pt_regs *regs, unsigned long addr);

#endif /* _ASM_UM_EXTABLE_H */
