// SPDX-License-Identifier: GPL-2.0-only
/*
 * access_hint.c - guess from an instruction whether its memory access was a write
 *
 * The ptrace engine reports page faults without the kind of access. Taking a write for a read
 * costs a second fault, so fault.c passes the instruction at the fault to this decoder. The
 * answer is a hint only: the decoder skips rare instructions, and guest code may change the
 * bytes after the fault.
 *
 * Plain C on fixed-width types: no kernel calls, no state, callable in any context.
 */
#include "access_hint.h"

/* The bytes of an instruction. The bytes before @pos have been decoded. */
struct bytes {
	const uint8_t *data;
	unsigned int size, pos;
};

static int next_byte(struct bytes *code)
{
	return code->pos < code->size ? code->data[code->pos++] : -1;
}

/* A set of opcodes, one bit each: row = high digit, bit = low digit. */
typedef uint16_t opcode_set[16];

static bool in_set(const opcode_set set, int opcode)
{
	return opcode >= 0 && set[opcode >> 4] & 1u << (opcode & 15);
}

/* One-byte opcodes whose r/m operand is written. */
static const opcode_set writes_rm = {
	[0x0] = 0x0303, [0x1] = 0x0303, [0x2] = 0x0303, [0x3] = 0x0003,
	[0x8] = 0x13c0,				/* 86-89 xchg mov, 8c mov seg */
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
	[0xa] = 0x3931,				/* a0 a8 push, a4 a5 shld, ab bts, ac ad shrd */
	[0xb] = 0x080b,				/* b0 b1 cmpxchg, b3 btr, bb btc */
	[0xc] = 0x000b,				/* c0 c1 xadd, c3 movnti */
	[0xd] = 0x0040, [0xe] = 0x0080,		/* d6 movq, e7 movntdq */
	[0xf] = 0x0080,				/* f7 maskmovq, at rdi */
};

/* 0f 38 xx (map 2) and 0f 3a xx (map 3). */
static const opcode_set writes_rm_0f38 = {
	[0x1] = 0x003f, [0x2] = 0xc03f, [0x3] = 0x003f,
	[0x6] = 0x0008, [0x8] = 0x4c00, [0xa] = 0x000f, [0xf] = 0x0202,
};
static const opcode_set writes_rm_0f3a = {
	[0x1] = 0x2af0, [0x3] = 0x0a00,
};

/* x87: for each opcode from d8 to df, the /digits that store to a memory operand. */
static const uint8_t writes_x87[8] = { 0x00, 0xcc, 0x00, 0x8e, 0x00, 0xce, 0x00, 0xce };

/* The mandatory prefix of an SSE instruction, numbered as in VEX and EVEX. */
enum simd_prefix { PREFIX_NONE, PREFIX_66, PREFIX_F3, PREFIX_F2 };

/* call, push and the like write just below the stack pointer. */
static bool in_pushed(const struct access_hint *hint)
{
	return hint->sp - hint->addr - 1 < 64;
}

static bool group_writes(int opcode, int modrm, const struct access_hint *hint)
{
	int digit = (modrm >> 3) & 7;

	switch (opcode) {
	case 0x80: case 0x81: case 0x83:
		return digit != 7;			/* all but cmp */
	case 0xf6: case 0xf7:
		return digit == 2 || digit == 3;	/* not, neg */
	case 0xfe:
		return digit < 2;
	case 0xff:
		if (digit == 2 || digit == 3 || digit == 6)	/* call and push read the operand */
			return in_pushed(hint);
		return digit < 2;			/* inc, dec */
	}
	if (opcode >= 0xd8 && opcode <= 0xdf)
		return modrm < 0xc0 && writes_x87[opcode - 0xd8] & 1u << digit;
	return false;
}

static bool group_0f_writes(int opcode, int modrm, enum simd_prefix prefix)
{
	int digit = (modrm >> 3) & 7;

	switch (opcode) {
	case 0x00:
		return digit < 2;			/* sldt, str */
	case 0x01:
		return digit < 2 || digit == 4;		/* sgdt, sidt, smsw */
	case 0x7e:
		return prefix != PREFIX_F3;
	case 0xba:
		return digit > 4;
	case 0xae:					/* f3 /4 is ptwrite, 66 /6 is clwb */
		return digit == 0 || digit == 3 || (digit == 4 && prefix != PREFIX_F3) ||
		       (digit == 6 && prefix == PREFIX_NONE);
	case 0xc7:
		return digit == 1 || digit == 4 || digit == 5;
	}
	return false;
}

static bool map_writes(int map, int opcode, int modrm, enum simd_prefix prefix)
{
	switch (map) {
	case 1:
		return in_set(writes_rm_0f, opcode) || group_0f_writes(opcode, modrm, prefix);
	case 2:
		if (opcode == 0xf1)			/* f2: crc32 */
			return prefix != PREFIX_F2;
		/* Of opcodes 10 to 35, only 2e, 2f and down-conversions (prefix F3) store. */
		return in_set(writes_rm_0f38, opcode) &&
		       (opcode >= 0x40 || opcode == 0x2e || opcode == 0x2f || prefix == PREFIX_F3);
	case 3:
		return in_set(writes_rm_0f3a, opcode);
	case 5:
		return opcode == 0x11 || opcode == 0x7e;	/* vmovsh, vmovw */
	}
	return false;
}

/* Skip legacy and REX prefixes. Returns the opcode, or -1 at the end of the code. */
static int prefixes_skip(struct bytes *code, enum simd_prefix *prefix)
{
	int byte;

	for (;;) {
		byte = next_byte(code);
		switch (byte) {
		case 0x66:
			if (*prefix == PREFIX_NONE)
				*prefix = PREFIX_66;
			break;
		case 0xf2:
			*prefix = PREFIX_F2;
			break;
		case 0xf3:
			*prefix = PREFIX_F3;
			break;
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
		case 0x67: case 0xf0: case 0x40 ... 0x4f:
			break;
		default:
			return byte;
		}
	}
}

/* Does the VEX or EVEX instruction that begins with @opcode write? @code holds the rest of it. */
static bool vector_writes(struct bytes *code, int opcode)
{
	enum simd_prefix prefix;
	int map = 1;

	if (opcode != 0xc5)
		map = next_byte(code) & (opcode == 0xc4 ? 0x1f : 7);
	prefix = next_byte(code) & 3;
	if (opcode == 0x62)
		next_byte(code);
	opcode = next_byte(code);
	/* In VEX map 1 the opcodes of setcc are moves to and from mask registers. */
	if (map == 1 && (opcode & 0xf0) == 0x90)
		return opcode == 0x91;
	return map_writes(map, opcode, next_byte(code), prefix);
}

bool access_hint_writes(const uint8_t *data, unsigned int size, const struct access_hint *hint)
{
	struct bytes code = { data, size < ACCESS_HINT_SIZE_MAX ? size : ACCESS_HINT_SIZE_MAX, 0 };
	enum simd_prefix prefix = PREFIX_NONE;
	int opcode = prefixes_skip(&code, &prefix), map;

	switch (opcode) {
	case -1:
		return false;
	case 0xc5: case 0xc4: case 0x62:
		return vector_writes(&code, opcode);
	case 0x0f:
		opcode = next_byte(&code);
		map = opcode == 0x38 ? 2 : opcode == 0x3a ? 3 : 1;
		if (map > 1)
			opcode = next_byte(&code);
		return map_writes(map, opcode, next_byte(&code), prefix);
	case 0x8f:				/* pop reads the stack and writes its operand */
		return hint->addr != hint->sp;
	case 0xa4: case 0xa5:			/* movs reads at rsi and writes at rdi */
		return hint->addr - hint->di < 64 || hint->di - hint->addr < 64;
	}
	return in_set(writes_implied, opcode) || in_set(writes_rm, opcode) ||
	       group_writes(opcode, next_byte(&code), hint);
}
