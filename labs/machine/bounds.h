/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bounds.h - limits on a machine's share of the host's processors and memory
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "machine/machine.h"

/* Executes the kernel within the machine's limits. Returns only when that fails. */
void bounds_exec(const struct machine *machine, const char *kernel, struct words *words);

#endif
