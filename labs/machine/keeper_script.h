/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_script.h - allocate channels to the agent, and run the keeper's own scripts in the guest
 */
#ifndef KEEPER_SCRIPT_H
#define KEEPER_SCRIPT_H

#include "machine/keeper_state.h"

/* Allocates a channel for a client. Returns 0 if all but the one of the scripts are in use. */
unsigned int keeper_channel_get(void);
/* Frees a channel. */
void keeper_channel_put(unsigned int channel);

/*
 * Runs a script from labs/guest/ in the guest and writes its output to the file @log in the
 * machine's folder. @ended gets the exit status, 0 to 255. Only one script runs at a time.
 */
void keeper_script_run(struct keeper *keeper, const char *script, const char *log,
		       void (*ended)(struct keeper *keeper, int status));
bool keeper_script_runs(void);
/* Handles a frame from the agent. False: the frame is for another channel. */
bool keeper_script_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload);
/* Gives the agent credit for output that was logged, once the agent reads what was sent before. */
void keeper_script_credit(struct keeper *keeper);
/* Called when the agent is gone: the script counts as failed. */
void keeper_script_lost(struct keeper *keeper);

#endif
