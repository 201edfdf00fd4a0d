// SPDX-License-Identifier: GPL-2.0-only
/*
 * extable.c - look up kernel instructions that may fault, and continue at their fixup
 *
 * oops.c calls extable_fixup() from the host's exception handler, with interrupts off.
 */
#include <linux/bitfield.h>
#include <linux/extable.h>
#include <linux/uaccess.h>
#include <asm/extable.h>
#include <asm/ptrace.h>

static unsigned long *entry_register(struct pt_regs *regs, int data)
{
	/* In the order in which instructions encode registers. */
	unsigned long *const registers[16] = {
		&regs->ax, &regs->cx, &regs->dx, &regs->bx, &regs->sp, &regs->bp,
		&regs->si, &regs->di, &regs->r8, &regs->r9, &regs->r10, &regs->r11,
		&regs->r12, &regs->r13, &regs->r14, &regs->r15,
	};

	return registers[FIELD_GET(EX_DATA_REG_MASK, data)];
}

/* A word load crossed the end of a mapping: load the bytes that exist, followed by zeros. */
static void load_with_zeros(struct pt_regs *regs, int data, unsigned long addr)
{
	unsigned long offset = addr % sizeof(long);
	unsigned long word = *(unsigned long *)(addr - offset);

	*entry_register(regs, data) = word >> (offset * 8);
}

bool extable_fixup(struct pt_regs *regs, unsigned long addr)
{
	const struct exception_table_entry *entry = search_exception_tables(regs->ip);
	int type;

	if (!entry)
		return false;
	type = FIELD_GET(EX_DATA_TYPE_MASK, entry->data);
	switch (type) {
	case EX_TYPE_DEFAULT:
	case EX_TYPE_UACCESS:
		break;
	case EX_TYPE_IMM_REG:
		*entry_register(regs, entry->data) = FIELD_GET(EX_DATA_IMM_MASK, entry->data);
		break;
	case EX_TYPE_ZEROPAD:
		/* The register in the entry holds the address and receives the result. */
		load_with_zeros(regs, entry->data, *entry_register(regs, entry->data));
		break;
	default:
		return false;
	}
	regs->ip = (unsigned long)&entry->fixup + entry->fixup;
	return true;
}
