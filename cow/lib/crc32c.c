// SPDX-License-Identifier: GPL-2.0-only
/*
 * crc32c.c - compute the Castagnoli CRC, which protects headers and maps
 *
 * Uses the crc32 instruction of SSE4.2 if the processor has it, else a table for four bits at a
 * time. The instruction works on general registers, so the kernel image may use it too. Called by
 * header.c, map.c, identity.c and lease.c, on any thread of umlab-disk or of the disk driver.
 */
#include "crc32c.h"

enum { CRC32C_POLYNOMIAL = 0x82f63b78 };

static uint32_t crc_portable(uint32_t crc, const uint8_t *at, size_t size)
{
	uint32_t half[16];

	for (uint32_t i = 0; i < 16; i++) {
		half[i] = i;
		for (int bit = 0; bit < 4; bit++)
			half[i] = half[i] >> 1 ^ (half[i] & 1 ? CRC32C_POLYNOMIAL : 0);
	}
	for (; size; size--) {
		crc ^= *at++;
		crc = crc >> 4 ^ half[crc & 15];
		crc = crc >> 4 ^ half[crc & 15];
	}
	return crc;
}

/* Query the processor only once, because CPUID takes microseconds in a virtual machine. */
static bool have_instruction(void)
{
	static int known;		/* 0: not asked yet, 1: no, 2: yes */
	int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);

	if (!answer) {
		uint32_t a = 1, b, c = 0, d;

		__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
		answer = 1 + (c >> 20 & 1);
		__atomic_store_n(&known, answer, __ATOMIC_RELAXED);
	}
	return answer == 2;
}

static uint32_t crc_instruction(uint32_t crc, const uint8_t *at, size_t size)
{
	uint64_t wide = crc, word;

	for (; size >= 8; size -= 8, at += 8) {
		memcpy(&word, at, 8);
		__asm__("crc32q %1, %0" : "+r"(wide) : "r"(word));
	}
	crc = wide;
	for (; size; size--, at++)
		__asm__("crc32b %1, %0" : "+r"(crc) : "q"(*at));
	return crc;
}

uint32_t cow_crc32c(uint32_t crc, const void *data, size_t size)
{
	return ~(have_instruction() ? crc_instruction : crc_portable)(~crc, data, size);
}
