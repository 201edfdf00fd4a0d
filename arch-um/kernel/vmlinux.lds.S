/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmlinux.lds.S - lay out the kernel image, a static host executable at a fixed address
 */
#define RO_EXCEPTION_TABLE_ALIGN 16
#include <asm-generic/vmlinux.lds.h>
#include <asm/page.h>
#include <asm/cache.h>
#include <asm/thread_info.h>

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
ENTRY(_start)
jiffies = jiffies_64;

SECTIONS
{
	PROVIDE(__executable_start = UM_KERNEL_BASE);
	. = UM_KERNEL_BASE + SIZEOF_HEADERS;
	.note.gnu.build-id : { *(.note.gnu.build-id) }
	. = ALIGN(PAGE_SIZE);

	.text : {
		_text = .;
		_stext = .;
		HEAD_TEXT
		IRQENTRY_TEXT SOFTIRQENTRY_TEXT
		SCHED_TEXT LOCK_TEXT KPROBES_TEXT
		TEXT_TEXT
		*(.fixup)
		*(.gnu.warning)
		. = ALIGN(PAGE_SIZE);
		um_stub_start = .;
		KEEP(*(.um.stub))
		KEEP(*(.um.stub.c))
		um_stub_end = .;
		. = ALIGN(PAGE_SIZE);
		_etext = .;
	}

	__init_begin = .;
	INIT_TEXT_SECTION(PAGE_SIZE)
	.exit.text : { EXIT_TEXT }
	. = ALIGN(PAGE_SIZE);

	RO_DATA(PAGE_SIZE)

	.init.begin : { . = ALIGN(PAGE_SIZE); }
	INIT_DATA_SECTION(16)
	.exit.data : { EXIT_DATA }
	PERCPU_SECTION(L1_CACHE_BYTES)
	. = ALIGN(PAGE_SIZE);
	__init_end = .;

	_sdata = .;
	RW_DATA(L1_CACHE_BYTES, PAGE_SIZE, THREAD_SIZE)
	_edata = .;
	BSS_SECTION(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE)
	_end = .;

	STABS_DEBUG
	DWARF_DEBUG
	ELF_DETAILS

	/* Code patching tables, emitted by shared arch/x86 headers. The port does not use them. */
	/DISCARD/ : { *(.altinstructions) *(.altinstr_replacement) *(.altinstr_aux)
		      *(.smp_locks) *(.retpoline_sites) *(.return_sites) *(.note.gnu.property) }
	DISCARDS
}
