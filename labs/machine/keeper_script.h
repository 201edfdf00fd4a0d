/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_script.h - channels to the agent, and programs that the keeper itself runs in the guest
 */
#ifndef KEEPER_SCRIPT_H
#define KEEPER_SCRIPT_H

#include "machine/keeper_state.h"

/* Allocate a channel, 0 when all are used; free it again. */
unsigned int keeper_channel_get(void);
void keeper_channel_put(unsigned int channel);

/*
 * Runs a script of labs/guest/ in the guest; its output goes to the file @log in the
 * machine's folder. @ended gets a status as from waitpid(). One script at a time.
 */
void keeper_script_run(struct keeper *keeper, const char *script, const char *log,
		       void (*ended)(struct keeper *keeper, int status));
bool keeper_script_runs(void);
/* A frame of the agent; false: it is for another channel. */
bool keeper_script_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload);
/* The agent is gone, so the script counts as failed. */
void keeper_script_lost(struct keeper *keeper);

#endif
