/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access_hint.h - guess from an instruction whether its memory access was a write
 *
 * The decoder needs only fixed-width types, so that a unit test can compile it (u-access_hint.c).
 */
#ifndef UM_MM_ACCESS_HINT_H
#define UM_MM_ACCESS_HINT_H

#include <um/types.h>

enum { ACCESS_HINT_SIZE_MAX = 15 };	/* longest instruction, in bytes */

/* Describes the fault. sp and di tell which operand failed, if two are in memory. */
struct access_hint {
	uint64_t addr;		/* where the access failed */
	uint64_t sp, di;	/* rsp and rdi before the instruction */
};

/*
 * access_hint_writes - tell whether the instruction in the first @size bytes of @code probably
 * faulted at @hint->addr because it wrote there. False for incomplete and unknown instructions.
 */
bool access_hint_writes(const uint8_t *code, unsigned int size, const struct access_hint *hint);

#endif /* UM_MM_ACCESS_HINT_H */
