/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - measure time on the clock that never jumps
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Seconds since an unspecified moment, on CLOCK_MONOTONIC. */
double clock_seconds(void);

/*
 * Milliseconds until the moment @deadline of clock_seconds(), rounded up, as poll() wants
 * them: 0 when that moment has passed. A deadline of CLOCK_NEVER gives -1.
 */
#define CLOCK_NEVER (-1.0)
int clock_poll_ms(double deadline);

/* The moment @seconds from now; @seconds < 0: CLOCK_NEVER. */
double clock_deadline(double seconds);

#endif
