/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub.h - the page shared with a guest process: layout and commands
 *
 * Written by the kernel process (host/child.c), read by the stub (stub/stub_x86.S), which
 * carries the commands out in order inside the guest process. Guest code can read
 * the page but not write it.
 */
#ifndef UM_STUB_H
#define UM_STUB_H

#define STUB_COMMAND_SIZE	40
#define STUB_NR			0	/* byte offsets, for the assembler */
#define STUB_COMMANDS		64

#ifndef __ASSEMBLY__
#include <um/types.h>
#include <um/layout.h>

/* One host call, mmap or munmap, with the arguments that vary. */
struct stub_command {
	uint64_t call;		/* host system call number */
	uint64_t addr;
	uint64_t size;
	uint32_t prot, fd;
	uint64_t offset;
};

enum { STUB_NR_COMMANDS = (UM_STUB_DATA_SIZE - STUB_COMMANDS) / STUB_COMMAND_SIZE };

struct stub_data {
	uint64_t nr_commands;
	uint64_t reserved[7];
	struct stub_command commands[STUB_NR_COMMANDS];
};

_Static_assert(sizeof(struct stub_command) == STUB_COMMAND_SIZE, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, commands) == STUB_COMMANDS, "the assembler knows this");
_Static_assert(sizeof(struct stub_data) <= UM_STUB_DATA_SIZE, "fits its pages");
#endif

#endif /* UM_STUB_H */
