/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timing.h - measure elapsed time with a clock that never jumps
 */
#ifndef TIMING_H
#define TIMING_H

#include <stdint.h>

/* Seconds since an unspecified moment, on CLOCK_MONOTONIC. */
double timing_seconds(void);

/*
 * Milliseconds until the moment @deadline of timing_seconds(), rounded up, as poll() wants
 * them: 0 when that moment has passed. A deadline of TIMING_NEVER gives -1.
 */
#define TIMING_NEVER (-1.0)
int timing_poll_ms(double deadline);

/* The moment @seconds from now; @seconds < 0: TIMING_NEVER. */
double timing_deadline(double seconds);

#endif
