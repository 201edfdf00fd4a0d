/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * number.h - pseudo-random numbers (xorshift) for generated test input
 *
 * number_seed() prints the seed, so that a failing run can be repeated.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "tap.h"

static uint64_t number_state;

/* number_seed - take the seed from the environment's @variable or choose one, and print it. */
static inline void number_seed(const char *variable)
{
	const char *given = getenv(variable);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	number_state = given ? strtoull(given, NULL, 0)
			     : ((uint64_t)getpid() << 32 ^ now.tv_nsec) | 1;
	diag("%s=%#llx", variable, (unsigned long long)number_state);
}

/* number - return a number from 0 to @below - 1; @below must not be 0. */
static inline uint32_t number(uint32_t below)
{
	number_state ^= number_state << 13;
	number_state ^= number_state >> 7;
	number_state ^= number_state << 17;
	return (number_state >> 32) % below;
}

#endif /* NUMBER_H */
