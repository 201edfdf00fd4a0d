/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_stop.h - shut a machine down cleanly
 */
#ifndef KEEPER_STOP_H
#define KEEPER_STOP_H

#include "machine/keeper_state.h"

/* Runs the shutdown scripts, then powers off. Does nothing if a shutdown has begun already. */
void keeper_stop(struct keeper *keeper);
/* Asks init to power off. keeper.c repeats this: an init that is starting ignores the request. */
void keeper_power_off(struct keeper *keeper);

#endif
