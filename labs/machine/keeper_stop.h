/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_stop.h - the clean end of a machine
 */
#ifndef KEEPER_STOP_H
#define KEEPER_STOP_H

#include "machine/keeper_state.h"

/* Runs the shutdown files, then powers off. Does nothing when that has begun already. */
void keeper_stop(struct keeper *keeper);
/* Asks init to power off. keeper.c repeats this, because init ignores it while it starts. */
void keeper_power_off(struct keeper *keeper);

#endif
