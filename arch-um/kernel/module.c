// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - relocate modules
 *
 * Called by the generic module loader in task context. Modules use the small code model and lie
 * below 2 GB like the image (um/layout.h), so 32-bit relocations reach everything. A value that
 * does not fit is an error.
 */
#include <linux/elf.h>
#include <linux/moduleloader.h>

static int relocation_apply(struct module *me, unsigned int type, void *place, u64 value)
{
	switch (type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		*(u64 *)place = value;
		return 0;
	case R_X86_64_32:
		*(u32 *)place = value;
		if (*(u32 *)place == value)
			return 0;
		break;
	case R_X86_64_32S:
		*(s32 *)place = value;
		if ((s64)*(s32 *)place == (s64)value)
			return 0;
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value -= (u64)place;
		*(s32 *)place = value;
		if ((s64)*(s32 *)place == (s64)value)
			return 0;
		break;
	case R_X86_64_PC64:
		*(u64 *)place = value - (u64)place;
		return 0;
	default:
		pr_err("%s: unknown relocation type %u\n", me->name, type);
		return -ENOEXEC;
	}
	pr_err("%s: relocation type %u out of range: %llx; build it with the small code model\n",
	       me->name, type, value);
	return -ENOEXEC;
}

int apply_relocate_add(Elf64_Shdr *sections, const char *strings, unsigned int symbol_index,
		       unsigned int index, struct module *me)
{
	const Elf64_Rela *relocation = (void *)sections[index].sh_addr;
	size_t nr = sections[index].sh_size / sizeof(*relocation), i;
	void *target = (void *)sections[sections[index].sh_info].sh_addr;
	const Elf64_Sym *symbols = (void *)sections[symbol_index].sh_addr;
	int error;

	for (i = 0; i < nr; i++, relocation++) {
		const Elf64_Sym *symbol = symbols + ELF64_R_SYM(relocation->r_info);

		error = relocation_apply(me, ELF64_R_TYPE(relocation->r_info),
					 target + relocation->r_offset,
					 symbol->st_value + relocation->r_addend);
		if (error)
			return error;
	}
	return 0;
}
