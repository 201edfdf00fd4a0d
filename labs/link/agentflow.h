/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agentflow.h - enforce the rules of one channel between a client and the agent
 */
#ifndef AGENTFLOW_H
#define AGENTFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/agentwire.h"

enum { AGENT_REASON_MAX = 300 };	/* bytes of a reason in AGENT_REFUSED, with a NUL */

/* The state of a channel after its AGENT_OPEN. */
struct agentflow {
	int64_t output_left;	/* bytes of OUTPUT and ERRORS that the agent may still send */
	int64_t input_left;	/* bytes of INPUT that the client may still send */
	bool output_ended, errors_ended, input_ended;
};

void agentflow_init(struct agentflow *flow);

/*
 * Check a frame of this channel from the agent, or from the client. Return NULL, or what is wrong;
 * then the channel must be closed. agentflow_client() sets *credit to what the agent may be told of
 * an AGENT_CREDIT.
 */
const char *agentflow_agent(struct agentflow *flow, const struct agent_header *header,
			    const char *payload);
const char *agentflow_client(struct agentflow *flow, const struct agent_header *header,
			     const char *payload, uint32_t *credit);

/* Returns the credit of an AGENT_CREDIT; 0 if the payload is invalid. */
uint32_t agentflow_credit(const struct agent_header *header, const char *payload);
/* Returns the exit status of an AGENT_EXIT: 0 to 255, or -1 if the payload is invalid. */
int agentflow_exit(const struct agent_header *header, const char *payload);
/* Reads AGENT_REFUSED: returns the status, 125 to 127, and fills @reason with one clean line. */
int agentflow_refusal(const struct agent_header *header, const char *payload,
		      char reason[AGENT_REASON_MAX]);
/* Reads the agent's AGENT_HELLO. False: @payload is not "BOOT WORKER", as the agent writes it. */
bool agentflow_hello(const struct agent_header *header, const char *payload, char boot[64],
		     char id[64]);

#endif
