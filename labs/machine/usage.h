/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage.h - memory and time that a machine takes: its kernel and the processes below it
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
	uint64_t memory;	/* bytes; shared pages count in parts (proportional set size) */
	double cpu_seconds;
	int nr_processes;
};

/* Sums up the process @kernel and its descendants. */
void usage_of(pid_t kernel, struct usage *usage);

/* Bytes of memory that the host has available; UINT64_MAX: unknown. */
uint64_t usage_memory_free(void);

#endif
