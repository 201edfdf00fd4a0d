/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_connect.h - reach the keeper of a machine
 */
#ifndef MACHINE_CONNECT_H
#define MACHINE_CONNECT_H

#include "machine/machine.h"

/*
 * Starts a keeper, which starts the machine or adopts the one that runs. Returns a descriptor
 * that becomes readable with one line: "up" once the kernel has opened its consoles, or why
 * that failed. -errno when no process could be started.
 */
int machine_keeper_spawn(const struct machine *machine);

/* A connection to the keeper, or -ENOTCONN; replaces a keeper that died. */
int machine_connect(const struct machine *machine);
/* One request, one answer: 0, or -errno; -EIO when the keeper refuses. */
int machine_call(const struct machine *machine, const char *request);

#endif
