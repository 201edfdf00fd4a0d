// SPDX-License-Identifier: GPL-2.0-only
/*
 * timing.c - measure elapsed time with a clock that never jumps
 *
 * Called by all code of the command and the keeper that waits or shows how long something took.
 */
#include "base/timing.h"

#include <limits.h>
#include <time.h>

double timing_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

double timing_deadline(double seconds)
{
	return seconds < 0 ? TIMING_NEVER : timing_seconds() + seconds;
}

int timing_poll_ms(double deadline)
{
	double left;

	if (deadline < 0)
		return -1;
	left = (deadline - timing_seconds()) * 1000;
	if (left <= 0)
		return 0;
	return left >= INT_MAX - 1 ? INT_MAX : (int)left + 1;
}

bool timing_rate_take(struct timing_rate *rate)
{
	double now = timing_seconds();

	rate->left = rate->since > 0 ? rate->left + (now - rate->since) * rate->per_second :
				       rate->burst;
	if (rate->left > rate->burst)
		rate->left = rate->burst;
	rate->since = now;
	if (rate->left < 1)
		return false;
	rate->left--;
	return true;
}
