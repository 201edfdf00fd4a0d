/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timing.h - measure elapsed time with a clock that never jumps
 */
#ifndef TIMING_H
#define TIMING_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the seconds since an unspecified moment, on CLOCK_MONOTONIC. */
double timing_seconds(void);

/*
 * Returns the timeout with which poll() ends at @deadline, a time of timing_seconds(). The timeout
 * is in milliseconds, rounded up: 0 if @deadline has passed, -1 for TIMING_NEVER.
 */
#define TIMING_NEVER (-1.0)
int timing_poll_ms(double deadline);

/* Returns the moment @seconds from now, or TIMING_NEVER if @seconds < 0. */
double timing_deadline(double seconds);

/* Limits how often something happens: @burst times at once, later @per_second times a second. */
struct timing_rate {
	double per_second, burst;
	double left, since;	/* private */
};
/* May it happen now? True counts it. */
bool timing_rate_take(struct timing_rate *rate);

#endif
