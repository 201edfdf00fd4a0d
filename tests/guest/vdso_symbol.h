// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdso_symbol.h - find a function of the vDSO in the symbol table of the vDSO image
 *
 * Tests use it for functions that a static C library does not call in the vDSO.
 */
#ifndef VDSO_SYMBOL_H
#define VDSO_SYMBOL_H

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

/* Returns the address of a function, or NULL if the function or the vDSO is missing. */
static inline void *vdso_symbol(const char *name)
{
	char *base = (void *)getauxval(AT_SYSINFO_EHDR), *strings = NULL;
	Elf64_Ehdr *head = (void *)base;
	Elf64_Phdr *segment;
	Elf64_Sym *symbols = NULL;
	unsigned int nr_symbols = 0;
	long load = 0;

	if (!base)
		return NULL;
	segment = (void *)(base + head->e_phoff);
	for (int i = 0; i < head->e_phnum; i++)
		if (segment[i].p_type == PT_LOAD)
			load = (long)base - segment[i].p_vaddr + segment[i].p_offset;
	for (int i = 0; i < head->e_phnum; i++) {
		if (segment[i].p_type != PT_DYNAMIC)
			continue;
		Elf64_Dyn *entry = (void *)(load + segment[i].p_vaddr);

		for (; entry->d_tag; entry++) {
			if (entry->d_tag == DT_STRTAB)
				strings = (char *)load + entry->d_un.d_ptr;
			if (entry->d_tag == DT_SYMTAB)
				symbols = (void *)(load + entry->d_un.d_ptr);
			if (entry->d_tag == DT_HASH)
				nr_symbols = ((unsigned int *)(load + entry->d_un.d_ptr))[1];
		}
	}
	if (!nr_symbols && symbols && strings > (char *)symbols)
		nr_symbols = (strings - (char *)symbols) / sizeof(Elf64_Sym);
	for (unsigned int i = 0; symbols && strings && i < nr_symbols; i++)
		if (!strcmp(strings + symbols[i].st_name, name) && symbols[i].st_shndx)
			return (void *)(load + symbols[i].st_value);
	return NULL;
}

#endif
