/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bounds.h - what a machine may take of the host's processors and memory
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "machine/machine.h"

/* In the new process: becomes the kernel, within the machine's limits. Returns when it cannot. */
void bounds_exec(const struct machine *machine, const char *kernel, struct words *words);

#endif
