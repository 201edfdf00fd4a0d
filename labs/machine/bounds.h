/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bounds.h - limit a machine's share of the host's processors and memory
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "machine/machine.h"

/* Executes the kernel within the machine's limits. Returns only if that fails. */
void bounds_exec(const struct machine *machine, const char *kernel, struct words *words);

#endif
