/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_end.h - stop, kill and remove machines
 */
#ifndef MACHINE_END_H
#define MACHINE_END_H

#include "machine/machine.h"

/* Asks for a clean shutdown and returns at once; a machine that does not run is fine. */
int machine_stop(const struct machine *machine);
/* Kills the kernel; returns when it has ended. -EBUSY: it survived SIGKILL for 5 s. */
int machine_kill(const struct machine *machine);
/* Kills the machine and removes all its files but an exam's record. */
int machine_remove(struct machine *machine);

#endif
