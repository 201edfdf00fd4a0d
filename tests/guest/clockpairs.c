// SPDX-License-Identifier: GPL-2.0-only
/*
 * clockpairs.c - read cycle counter and clock in pairs, to compare a guest's clock with the host's
 *
 * Host and guest share the cycle counter. t4030-times.sh runs this program on both at once and
 * compares the clocks at equal counts. The program computes and sleeps in turn.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <time.h>
#include <x86intrin.h>

#include "tap.h"

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000l + time.tv_nsec;
}

int main(void)
{
	long last = 0, back = 0;

	for (int i = 0; i < 120; i++) {
		uint64_t shortest = UINT64_MAX, cycles = 0;
		long ns = 0;

		for (int try = 0; try < 9; try++) {
			uint64_t before, after;
			long here;

			_mm_lfence();
			before = __rdtsc();
			here = now();
			_mm_lfence();
			after = __rdtsc();
			back += here < last;
			last = here;
			if (after - before < shortest)
				shortest = after - before, cycles = before + shortest / 2,
				ns = here;
		}
		diag("pair %lu %ld", cycles, ns);
		if (i % 40 < 20)
			usleep(50000);
		else
			for (long start = now(); now() - start < 30000000; )
				;
		if (i == 80)
			sleep(3);
	}
	is(back, 0, "the clock never goes back");
	return tap_done();
}
