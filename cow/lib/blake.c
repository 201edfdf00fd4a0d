// SPDX-License-Identifier: GPL-2.0-only
/*
 * blake.c - BLAKE2b with 32 bytes of result (RFC 7693), which names contents
 *
 * Chosen because it is twice as fast as SHA-256 without vector registers, which code in
 * the kernel image does not use. `b2sum -l 256` prints the same; the tests compare.
 */
#include "blake.h"

/*
 * The constants are the first 64 bits behind the point of the square roots of the first
 * eight primes: r is the integer root of p * 2^128, found bit by bit.
 */
static uint64_t root_fraction(unsigned int prime)
{
	unsigned __int128 root = 0;

	for (int bit = 66; bit >= 0; bit--) {
		unsigned __int128 trial = root | (unsigned __int128)1 << bit;
		uint64_t high = trial >> 33, low = trial & 0x1ffffffffULL;
		/* trial^2 against prime << 128, in units of 2^66 and what is left over */
		unsigned __int128 top = (unsigned __int128)high * high;
		unsigned __int128 middle = ((unsigned __int128)high * low << 1) +
					   ((unsigned __int128)low * low >> 33);

		top += middle >> 33;
		if (top < (unsigned __int128)prime << 62)
			root = trial;
	}
	return root;
}

static const uint8_t primes[8] = { 2, 3, 5, 7, 11, 13, 17, 19 };

/* Message word used at step i of a round: the i-th digit from the left. */
static const uint64_t schedule[10] = {
	0x0123456789abcdef, 0xea489fd61c02b753, 0xb8c052fdae367194, 0x7931dcbe265a40f8,
	0x905724afe1bc683d, 0x2c6a0b834d75fe19, 0xc51fed4a0763928b, 0xdb7ec13950f4862a,
	0x6fe9b308c2d714a5, 0xa2847615fb9e3cd0,
};

static inline uint64_t rotate(uint64_t value, unsigned int by)
{
	return value >> by | value << (64 - by);
}

static inline void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = rotate(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = rotate(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 63);
}

static inline uint64_t word(const uint64_t *message, uint64_t digits, int step)
{
	return message[digits >> (60 - 4 * step) & 15];
}

static void start_state(uint64_t *state)
{
	static uint64_t made[8];
	static uint32_t ready;

	/* Two threads may make them at once: they make the same. */
	if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
		for (int i = 0; i < 8; i++)
			__atomic_store_n(&made[i], root_fraction(primes[i]), __ATOMIC_RELAXED);
		__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	}
	for (int i = 0; i < 8; i++)
		state[i] = __atomic_load_n(&made[i], __ATOMIC_RELAXED);
}

static void absorb(struct cow_blake *blake, const uint8_t *block, bool last)
{
	uint64_t v[16], message[16];

	memcpy(message, block, sizeof(message));
	memcpy(v, blake->state, sizeof(blake->state));
	start_state(v + 8);
	v[12] ^= blake->nr_bytes;
	if (last)
		v[14] = ~v[14];

	for (int round = 0; round < 12; round++) {
		uint64_t digits = schedule[round % 10];

		/* Four columns, then four diagonals; spelt out, so that v lives in registers. */
		mix(v, 0, 4, 8, 12, word(message, digits, 0), word(message, digits, 1));
		mix(v, 1, 5, 9, 13, word(message, digits, 2), word(message, digits, 3));
		mix(v, 2, 6, 10, 14, word(message, digits, 4), word(message, digits, 5));
		mix(v, 3, 7, 11, 15, word(message, digits, 6), word(message, digits, 7));
		mix(v, 0, 5, 10, 15, word(message, digits, 8), word(message, digits, 9));
		mix(v, 1, 6, 11, 12, word(message, digits, 10), word(message, digits, 11));
		mix(v, 2, 7, 8, 13, word(message, digits, 12), word(message, digits, 13));
		mix(v, 3, 4, 9, 14, word(message, digits, 14), word(message, digits, 15));
	}
	for (int i = 0; i < 8; i++)
		blake->state[i] ^= v[i] ^ v[i + 8];
}

void cow_blake_init(struct cow_blake *blake)
{
	memset(blake, 0, sizeof(*blake));
	start_state(blake->state);
	/* Parameters: 32 bytes of result, no key, one leaf. */
	blake->state[0] ^= 0x01010000 | COW_HASH_SIZE;
}

void cow_blake_add(struct cow_blake *blake, const void *data, size_t size)
{
	const uint8_t *at = data;

	while (size) {
		size_t part = sizeof(blake->block) - blake->filled;

		/* A full block waits: it may be the last one, which is marked. */
		if (!part) {
			blake->nr_bytes += sizeof(blake->block);
			absorb(blake, blake->block, false);
			blake->filled = 0;
			continue;
		}
		if (!blake->filled && size > sizeof(blake->block)) {
			blake->nr_bytes += sizeof(blake->block);
			absorb(blake, at, false);
			at += sizeof(blake->block);
			size -= sizeof(blake->block);
			continue;
		}
		if (part > size)
			part = size;
		memcpy(blake->block + blake->filled, at, part);
		blake->filled += part;
		at += part;
		size -= part;
	}
}

void cow_blake_end(struct cow_blake *blake, uint8_t hash[COW_HASH_SIZE])
{
	memset(blake->block + blake->filled, 0, sizeof(blake->block) - blake->filled);
	blake->nr_bytes += blake->filled;
	absorb(blake, blake->block, true);
	memcpy(hash, blake->state, COW_HASH_SIZE);
}
