/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench-tool.h - provide the clock and the error exit of the programs that measure networks
 */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

#endif /* BENCH_TOOL_H */
