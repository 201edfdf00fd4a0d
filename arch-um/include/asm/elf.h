/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.h - define ELF constants for guest programs and for modules
 */
#ifndef _ASM_UM_ELF_H
#define _ASM_UM_ELF_H

#include <asm/user.h>
#include <asm/ptrace.h>
#include <asm/auxvec.h>

#define ELF_CLASS	ELFCLASS64
#define ELF_DATA	ELFDATA2LSB
#define ELF_ARCH	EM_X86_64
#define CORE_DUMP_USE_REGSET
#define ELF_EXEC_PAGESIZE	4096
#define ELF_ET_DYN_BASE		(TASK_SIZE / 3 * 2)
#define ELF_PLATFORM		("x86_64")

/* Relocation types in modules, as numbered by the x86-64 psABI (System V ABI supplement). */
#define R_X86_64_NONE	0
#define R_X86_64_64	1
#define R_X86_64_PC32	2
#define R_X86_64_PLT32	4
#define R_X86_64_32	10
#define R_X86_64_32S	11
#define R_X86_64_PC64	24

typedef unsigned long elf_greg_t;
#define ELF_NGREG	(sizeof(struct user_regs_struct) / sizeof(elf_greg_t))
typedef elf_greg_t elf_gregset_t[ELF_NGREG];
typedef struct user_i387_struct elf_fpregset_t;

#define elf_check_arch(header)	((header)->e_machine == EM_X86_64)

extern unsigned long um_hwcap, um_hwcap2, um_minsigstksz;
#define ELF_HWCAP	um_hwcap
#define ELF_HWCAP2	um_hwcap2

#define ARCH_DLINFO							\
do {									\
	NEW_AUX_ENT(AT_SYSINFO_EHDR, current->mm->context.vdso);	\
	NEW_AUX_ENT(AT_MINSIGSTKSZ, um_minsigstksz);			\
} while (0)

/* start_thread() has cleared all registers already. */
#define ELF_PLAT_INIT(regs, load_addr)	do { } while (0)

#define SET_PERSONALITY(header) \
	set_personality(PER_LINUX | (current->personality & ~PER_MASK))

struct linux_binprm;
#define ARCH_HAS_SETUP_ADDITIONAL_PAGES 1
int arch_setup_additional_pages(struct linux_binprm *bprm, int uses_interp);

struct mm_struct;
/* 16 GB in pages, as on x86-64 hardware. */
#define STACK_RND_MASK	0x3fffff

unsigned long arch_randomize_brk(struct mm_struct *mm);
#define arch_randomize_brk arch_randomize_brk

#endif /* _ASM_UM_ELF_H */
