// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-blake.c - test cow/lib/blake.c with the test vectors of RFC 7693
 *
 * The library computes digests of 32 bytes without a key. The vectors need other lengths and
 * keys as well. Length and key only change bits of the first state word, and a key adds one block.
 * So the test sets the word, hashes the block, and reads the digest from the state.
 * `make check-unit` runs this program on the host.
 */
#include <stdint.h>

#include "blake.h"
#include "tap.h"

enum { DIGEST_MAX = 64, BLOCK = 128 };

/* Computes a BLAKE2b digest of @digest_size bytes; @key_size 0: without a key. */
static void blake(uint8_t *digest, size_t digest_size, const uint8_t *key, size_t key_size,
		  const uint8_t *data, size_t size)
{
	uint8_t first[BLOCK] = { 0 }, unused[COW_HASH_SIZE];
	struct cow_blake state;

	cow_blake_init(&state);
	state.state[0] ^= COW_HASH_SIZE ^ (key_size << 8 | digest_size);
	if (key_size) {
		memcpy(first, key, key_size);
		cow_blake_add(&state, first, sizeof(first));
	}
	cow_blake_add(&state, data, size);
	cow_blake_end(&state, unused);
	memcpy(digest, state.state, digest_size);
}

/* Generates the input of appendix E: the high bytes of a Fibonacci sequence modulo 2^32. */
static void fill(uint8_t *to, size_t size, uint32_t seed)
{
	uint32_t a = 0xdead4bad * seed, b = 1;

	for (size_t i = 0; i < size; i++) {
		uint32_t next = a + b;

		a = b;
		b = next;
		to[i] = next >> 24;
	}
}

static void abc(void)
{
	static const uint8_t expected[DIGEST_MAX] = {
		0xba, 0x80, 0xa5, 0x3f, 0x98, 0x1c, 0x4d, 0x0d, 0x6a, 0x27, 0x97, 0xb6,
		0x9f, 0x12, 0xf6, 0xe9, 0x4c, 0x21, 0x2f, 0x14, 0x68, 0x5a, 0xc4, 0xb7,
		0x4b, 0x12, 0xbb, 0x6f, 0xdb, 0xff, 0xa2, 0xd1, 0x7d, 0x87, 0xc5, 0x39,
		0x2a, 0xab, 0x79, 0x2d, 0xc2, 0x52, 0xd5, 0xde, 0x45, 0x33, 0xcc, 0x95,
		0x18, 0xd3, 0x8a, 0xa8, 0xdb, 0xf1, 0x92, 0x5a, 0xb9, 0x23, 0x86, 0xed,
		0xd4, 0x00, 0x99, 0x23,
	};
	uint8_t digest[DIGEST_MAX];

	blake(digest, sizeof(digest), NULL, 0, (const uint8_t *)"abc", 3);
	ok(!memcmp(digest, expected, sizeof(digest)),
	   "\"abc\" has the digest of RFC 7693, appendix A");
}

/*
 * Computes the digest of all digests that appendix E defines, for several lengths of digest and
 * input, with and without a key.
 */
static void self_test(void)
{
	static const uint8_t expected[COW_HASH_SIZE] = {
		0xc2, 0x3a, 0x78, 0x00, 0xd9, 0x81, 0x23, 0xbd, 0x10, 0xf5, 0x06, 0xc6,
		0x1e, 0x29, 0xda, 0x56, 0x03, 0xd7, 0x63, 0xb8, 0xbb, 0xad, 0x2e, 0x73,
		0x7f, 0x5e, 0x76, 0x5a, 0x7b, 0xcc, 0xd4, 0x75,
	};
	static const size_t digest_sizes[] = { 20, 32, 48, 64 },
		sizes[] = { 0, 3, 128, 129, 255, 1024 };
	uint8_t data[1024], key[DIGEST_MAX], digest[DIGEST_MAX], result[COW_HASH_SIZE];
	struct cow_blake all;

	cow_blake_init(&all);
	for (int d = 0; d < 4; d++) {
		for (int s = 0; s < 6; s++) {
			fill(data, sizes[s], sizes[s]);
			blake(digest, digest_sizes[d], NULL, 0, data, sizes[s]);
			cow_blake_add(&all, digest, digest_sizes[d]);
			fill(key, digest_sizes[d], digest_sizes[d]);
			blake(digest, digest_sizes[d], key, digest_sizes[d], data, sizes[s]);
			cow_blake_add(&all, digest, digest_sizes[d]);
		}
	}
	cow_blake_end(&all, result);
	ok(!memcmp(result, expected, sizeof(result)),
	   "the self-test of RFC 7693, appendix E, passes");
}

/* Tests that the digest does not depend on how the input is divided among calls. */
static void parts(void)
{
	uint8_t data[1000], whole[COW_HASH_SIZE], cut[COW_HASH_SIZE];
	struct cow_blake blake;
	int nr_different = 0;

	fill(data, sizeof(data), 1);
	cow_blake_init(&blake);
	cow_blake_add(&blake, data, sizeof(data));
	cow_blake_end(&blake, whole);
	for (size_t step = 1; step <= 300; step++) {
		cow_blake_init(&blake);
		for (size_t at = 0; at < sizeof(data); at += step)
			cow_blake_add(&blake, data + at,
				      sizeof(data) - at < step ? sizeof(data) - at : step);
		cow_blake_end(&blake, cut);
		nr_different += !!memcmp(cut, whole, sizeof(cut));
	}
	ok(!nr_different,
	   "input in steps of 1 to 300 bytes gives the same digest (%d differ)", nr_different);
}

int main(void)
{
	abc();
	self_test();
	parts();
	return tap_done();
}
