/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bytes.h - read and write big-endian numbers in packets, and hash bytes
 */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/*
 * Returns the 32-bit FNV-1a hash, with its high bits folded down because tables use the low bits.
 */
static inline uint32_t hash_bytes(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * 16777619;
	return hash ^ hash >> 16;
}

#endif /* BYTES_H */
