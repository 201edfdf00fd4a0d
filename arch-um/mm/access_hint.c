// SPDX-License-Identifier: GPL-2.0-only
/*
 * access_hint.c - does an instruction write memory?
 *
 * The ptrace engine reports faults without their kind. Taking a write for a read costs a
 * second fault, so the instruction at the fault is looked at. The answer is a hint
 * (fault.c): decoding stops at what is rare, and the bytes may change meanwhile.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <asm/ptrace.h>
#include "../kernel/kernel_internal.h"
#include "walk.h"

#define INSTRUCTION_SIZE_MAX	15

struct bytes {
	u8 data[INSTRUCTION_SIZE_MAX];
	unsigned int size, pos;
};

static int next_byte(struct bytes *code)
{
	return code->pos < code->size ? code->data[code->pos++] : -1;
}

static void bytes_fetch(struct bytes *code, unsigned long ip)
{
	code->pos = 0;
	for (code->size = 0; code->size < INSTRUCTION_SIZE_MAX; code->size++) {
		const u8 *byte = walk_guest_page(current->mm, ip + code->size, false);

		if (!byte)
			break;
		code->data[code->size] = *byte;
	}
}

/* A set of opcodes, one bit each: row = high digit, bit = low digit. */
typedef u16 opcode_set[16];

static bool in_set(const opcode_set set, int opcode)
{
	return opcode >= 0 && set[opcode >> 4] & BIT(opcode & 15);
}

/* One-byte opcodes whose r/m operand is written. */
static const opcode_set writes_rm = {
	[0x0] = 0x0303, [0x1] = 0x0303, [0x2] = 0x0303, [0x3] = 0x0003,
	[0x8] = 0x93c0,				/* 86-89 xchg mov, 8c mov seg, 8f pop */
	[0xc] = 0x00c3, [0xd] = 0x000f,		/* shifts, mov immediate */
};

/* One-byte opcodes that push, store strings or store at an absolute address. */
static const opcode_set writes_implied = {
	[0x5] = 0x00ff, [0x6] = 0x3500,		/* push; push imm, ins */
	[0x9] = 0x1000, [0xa] = 0x0c0c,		/* pushf; mov moffs, stos */
	[0xc] = 0x0100, [0xe] = 0x0100,		/* enter, call */
};

/* 0f xx, also as VEX/EVEX map 1. */
static const opcode_set writes_rm_0f = {
	[0x1] = 0x008a, [0x2] = 0x0a00,		/* 11 13 17 movups.., 29 2b */
	[0x7] = 0x8000, [0x9] = 0xffff,		/* 7f movdqa, setcc */
	[0xa] = 0x3830, [0xb] = 0x080b,		/* ab bts, a4 a5 ac ad shld shrd; b0 b1 b3 bb */
	[0xc] = 0x000b,				/* c0 c1 xadd, c3 movnti */
	[0xd] = 0x0040, [0xe] = 0x0080,		/* d6 movq, e7 movntdq */
};

/* 0f 38 xx (map 2) and 0f 3a xx (map 3). */
static const opcode_set writes_rm_0f38 = {
	[0x1] = 0x003f, [0x2] = 0xc03f, [0x3] = 0x003f,
	[0x6] = 0x0008, [0x8] = 0x4c00, [0xa] = 0x000f, [0xf] = 0x0002,
};
static const opcode_set writes_rm_0f3a = {
	[0x1] = 0x22f0, [0x3] = 0x0a00,
};

/* x87: for d8 to df, which /digit of a memory operand is stored to. */
static const u8 writes_x87[8] = { 0x00, 0xcc, 0x00, 0x8e, 0x00, 0xce, 0x00, 0xce };

static bool group_writes(int opcode, int modrm)
{
	int digit = (modrm >> 3) & 7;

	switch (opcode) {
	case 0x80: case 0x81: case 0x83:
		return digit != 7;		/* all but cmp */
	case 0xf6: case 0xf7:
		return digit == 2 || digit == 3;	/* not, neg */
	case 0xfe:
		return digit < 2;
	case 0xff:
		return digit < 4 || digit == 6;	/* inc dec, call and push write the stack */
	}
	if (opcode >= 0xd8 && opcode <= 0xdf)
		return modrm < 0xc0 && writes_x87[opcode - 0xd8] & BIT(digit);
	return false;
}

static bool group_0f_writes(int opcode, int modrm, bool repz)
{
	int digit = (modrm >> 3) & 7;

	switch (opcode) {
	case 0x7e:
		return !repz;
	case 0xba:
		return digit > 4;
	case 0xae:
		return digit == 0 || digit == 3 || digit == 4 || digit == 6;
	case 0xc7:
		return digit == 1 || digit == 4 || digit == 5;
	}
	return false;
}

static bool map_writes(int map, int opcode, int modrm, bool repz)
{
	switch (map) {
	case 1:
		return in_set(writes_rm_0f, opcode) || group_0f_writes(opcode, modrm, repz);
	case 2:
		/* 10-15 and above are stores only as down-conversions, which have F3. */
		return in_set(writes_rm_0f38, opcode) && (opcode >= 0x40 || opcode == 0x2e ||
							 opcode == 0x2f || repz);
	case 3:
		return in_set(writes_rm_0f3a, opcode);
	}
	return false;
}

bool access_hint_writes(const struct pt_regs *regs, unsigned long addr)
{
	struct bytes code;
	bool repz = false;
	int opcode, map;

	bytes_fetch(&code, regs->ip);
	for (;;) {
		opcode = next_byte(&code);
		if (opcode == 0xf3)
			repz = true;
		else if (opcode != 0x66 && opcode != 0xf2 && opcode != 0xf0 && opcode != 0x2e &&
			 opcode != 0x36 && opcode != 0x3e && opcode != 0x26 &&
			 opcode != 0x64 && opcode != 0x65 && (opcode & 0xf0) != 0x40)
			break;
	}

	switch (opcode) {
	case -1:
		return false;
	case 0xc5:				/* VEX, two bytes */
		repz = (next_byte(&code) & 3) == 2;
		map = 1;
		break;
	case 0xc4:				/* VEX, three bytes */
		map = next_byte(&code) & 0x1f;
		repz = (next_byte(&code) & 3) == 2;
		break;
	case 0x62:				/* EVEX */
		map = next_byte(&code) & 7;
		repz = (next_byte(&code) & 3) == 2;
		next_byte(&code);
		break;
	case 0x0f:
		opcode = next_byte(&code);
		map = opcode == 0x38 ? 2 : opcode == 0x3a ? 3 : 1;
		if (map == 1)
			return map_writes(1, opcode, next_byte(&code), repz);
		break;
	case 0xa4: case 0xa5:			/* movs reads one side and writes the other */
		return addr - regs->di < 64 || regs->di - addr < 64;
	default:
		return in_set(writes_implied, opcode) || in_set(writes_rm, opcode) ||
		       group_writes(opcode, next_byte(&code));
	}
	opcode = next_byte(&code);
	return map_writes(map, opcode, next_byte(&code), repz);
}
