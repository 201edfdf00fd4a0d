/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage.h - measure the memory and processor time that a machine uses
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
	uint64_t memory;	/* bytes: the proportional set size (shared pages are divided) */
	double cpu_seconds;
	int nr_processes;
};

/* Adds up the usage of the process @kernel and of its descendants. */
void usage_of(pid_t kernel, struct usage *usage);

/* Returns the host's available memory in bytes; UINT64_MAX: unknown. */
uint64_t usage_memory_free(void);

#endif
