// SPDX-License-Identifier: GPL-2.0-only
/*
 * blake.c - compute BLAKE2b digests of 32 bytes (RFC 7693), which identify contents
 *
 * Code in the kernel image must not use vector registers. Without them BLAKE2b is twice as fast as
 * SHA-256. `b2sum -l 256` prints the same digest. Called by identity.c and by umlab-disk pack, on
 * any thread of umlab-disk or of the disk driver; the state belongs to the caller.
 */
#include "blake.h"

/* RFC 7693, section 2.6: the initialization vector, the same as that of SHA-512. */
static const uint64_t iv[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/*
 * RFC 7693, section 2.7: the order of the message words in each round. Rounds 10 and 11 repeat 0
 * and 1.
 */
static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
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

static void absorb(struct cow_blake *blake, const uint8_t *block, bool last)
{
	uint64_t v[16], message[16];

	memcpy(message, block, sizeof(message));
	memcpy(v, blake->state, sizeof(blake->state));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= blake->nr_bytes;
	if (last)
		v[14] = ~v[14];

	/* Unrolled rounds have a constant message order, so hashing is a third faster. */
#pragma GCC unroll 12
	for (int round = 0; round < 12; round++) {
		const uint8_t *order = sigma[round % 10];

		/* Four columns, then four diagonals. Constant indices keep v in registers. */
		mix(v, 0, 4, 8, 12, message[order[0]], message[order[1]]);
		mix(v, 1, 5, 9, 13, message[order[2]], message[order[3]]);
		mix(v, 2, 6, 10, 14, message[order[4]], message[order[5]]);
		mix(v, 3, 7, 11, 15, message[order[6]], message[order[7]]);
		mix(v, 0, 5, 10, 15, message[order[8]], message[order[9]]);
		mix(v, 1, 6, 11, 12, message[order[10]], message[order[11]]);
		mix(v, 2, 7, 8, 13, message[order[12]], message[order[13]]);
		mix(v, 3, 4, 9, 14, message[order[14]], message[order[15]]);
	}
	for (int i = 0; i < 8; i++)
		blake->state[i] ^= v[i] ^ v[i + 8];
}

void cow_blake_init(struct cow_blake *blake)
{
	memset(blake, 0, sizeof(*blake));
	memcpy(blake->state, iv, sizeof(iv));
	/* Parameters: a digest of 32 bytes, no key, sequential mode. */
	blake->state[0] ^= 0x01010000 | COW_HASH_SIZE;
}

void cow_blake_add(struct cow_blake *blake, const void *data, size_t size)
{
	const uint8_t *at = data;

	while (size) {
		size_t part = sizeof(blake->block) - blake->filled;

		/* Keep a full block until more input comes, because the last one is marked. */
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
