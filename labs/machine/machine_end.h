/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_end.h - stop, kill and remove machines
 */
#ifndef MACHINE_END_H
#define MACHINE_END_H

#include "machine/machine.h"

/* Requests a clean shutdown and returns at once. 0, also if the machine does not run, or -errno. */
int machine_stop(const struct machine *machine);
/* Kills the kernel and waits until it has ended. 0, or -EBUSY if it still runs after 5 s. */
int machine_kill(const struct machine *machine);
/*
 * Kills the machine and removes all its files except an exam's record. If the machine is being
 * started, first waits until the start has ended.
 */
int machine_remove(struct machine *machine);

#endif
