/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage.h - what a machine takes of the host: its kernel and the spaces below it
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
	uint64_t memory;	/* proportional set size: pages shared by several processes count once */
	double cpu_seconds;
	int nr_processes;
};

void usage_of(pid_t kernel, struct usage *usage);

/* Bytes of memory that the host could still give. */
uint64_t usage_memory_free(void);

#endif
