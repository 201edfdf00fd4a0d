/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_loop.h - wait for a machine's kernel, console, agent and clients, and serve them
 */
#ifndef KEEPER_LOOP_H
#define KEEPER_LOOP_H

#include "machine/keeper_state.h"

/* Sets the limits and the members that mean "not open". The machine itself is left as it is. */
void keeper_loop_init(struct keeper *keeper);
/*
 * Waits for one event, at most @wait_ms (-1: until one is due), and serves whatever is ready.
 * False: the machine's kernel has ended, and its last output was read.
 */
bool keeper_loop_step(struct keeper *keeper, int wait_ms);
/* Closes the console, the agent and all clients, who are told that the machine has ended. */
void keeper_loop_end(struct keeper *keeper);

#endif
