/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blake.h - compute BLAKE2b digests of 32 bytes (RFC 7693), which identify contents
 */
#ifndef COW_BLAKE_H
#define COW_BLAKE_H

#include "format.h"

struct cow_blake {
	uint64_t state[8];
	uint64_t nr_bytes;
	size_t filled;
	uint8_t block[128];
};

/*
 * Call cow_blake_init(), then cow_blake_add() for each piece of the input, then cow_blake_end() to
 * get the digest.
 */
void cow_blake_init(struct cow_blake *blake);
void cow_blake_add(struct cow_blake *blake, const void *data, size_t size);
void cow_blake_end(struct cow_blake *blake, uint8_t hash[COW_HASH_SIZE]);

#endif /* COW_BLAKE_H */
