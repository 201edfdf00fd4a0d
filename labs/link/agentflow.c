// SPDX-License-Identifier: GPL-2.0-only
/*
 * agentflow.c - enforce the rules of one channel between a client and the agent
 *
 * Called by the keeper for each frame of a channel, in both directions, and by the command's
 * sessions for each frame of the keeper.
 *
 * Theory of operation
 *   The agent runs in the guest, whose root may replace it, so nothing that it sends is trusted.
 *   The keeper and the command read only frames whose type and size agentwire.h allows, and count
 *   the bytes in flight. A sender that exceeds AGENT_WINDOW would make its receiver buffer without
 *   limit; instead, the channel is closed.
 *     output_left   starts at AGENT_WINDOW. Output lowers it, the client's credit raises it. It may
 *                   fall to -AGENT_WINDOW: the agents of machines that an earlier umlab started
 *                   send the last output of an ended program without waiting for credit.
 *     input_left    starts at AGENT_WINDOW. Input lowers it, the agent's credit raises it. The
 *                   agent cannot give more credit than it received input.
 *   A client's credit never raises output_left above AGENT_WINDOW; the rest is dropped, so that
 *   agent and keeper count the same.
 */
#include "link/agentflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clean.h"

enum { STATUS_FIRST = 125, STATUS_LAST = 127, RESIZE_MAX = 31 };

void agentflow_init(struct agentflow *flow)
{
	*flow = (struct agentflow){ .output_left = AGENT_WINDOW, .input_left = AGENT_WINDOW };
}

uint32_t agentflow_credit(const struct agent_header *header, const char *payload)
{
	uint32_t credit = 0;

	if (header->size == sizeof(credit))
		memcpy(&credit, payload, sizeof(credit));
	return credit;
}

static const char *output_check(struct agentflow *flow, bool *ended, uint32_t size)
{
	if (*ended)
		return "output after its end";
	if (!size) {
		*ended = true;
		return NULL;
	}
	if (size > flow->output_left + AGENT_WINDOW)
		return "more output than allowed";
	flow->output_left -= size;
	return NULL;
}

const char *agentflow_agent(struct agentflow *flow, const struct agent_header *header,
			    const char *payload)
{
	uint32_t credit;

	switch (header->type) {
	case AGENT_OUTPUT:
		return output_check(flow, &flow->output_ended, header->size);
	case AGENT_ERRORS:
		return output_check(flow, &flow->errors_ended, header->size);
	case AGENT_CREDIT:
		credit = agentflow_credit(header, payload);
		if (!credit || credit > AGENT_WINDOW - flow->input_left)
			return "an invalid credit";
		flow->input_left += credit;
		return NULL;
	case AGENT_EXIT:
		return agentflow_exit(header, payload) < 0 ? "an invalid exit status" : NULL;
	case AGENT_REFUSED:
		return NULL;
	}
	return "an invalid frame";
}

const char *agentflow_client(struct agentflow *flow, const struct agent_header *header,
			     const char *payload, uint32_t *credit)
{
	switch (header->type) {
	case AGENT_INPUT:
		if (flow->input_ended)
			return "input after its end";
		if (header->size > flow->input_left)
			return "more input than allowed";
		flow->input_ended = !header->size;
		flow->input_left -= header->size;
		return NULL;
	case AGENT_CREDIT:
		if (header->size != sizeof(*credit))
			return "an invalid credit";
		*credit = agentflow_credit(header, payload);
		if (*credit > AGENT_WINDOW - flow->output_left)
			*credit = AGENT_WINDOW - flow->output_left;
		flow->output_left += *credit;
		return NULL;
	case AGENT_RESIZE:
		return header->size > RESIZE_MAX ? "an invalid size of a terminal" : NULL;
	case AGENT_SIGNAL:
		return header->size != sizeof(uint32_t) ? "an invalid signal" : NULL;
	}
	return "an invalid frame";
}

int agentflow_exit(const struct agent_header *header, const char *payload)
{
	int status;

	if (header->size != sizeof(status))
		return -1;
	memcpy(&status, payload, sizeof(status));
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : -1;
}

int agentflow_refusal(const struct agent_header *header, const char *payload,
		      char reason[AGENT_REASON_MAX])
{
	char text[AGENT_REASON_MAX] = "", *clean;
	int status = STATUS_FIRST, number, after = 0;

	memcpy(text, payload, header->size < sizeof(text) ? header->size : sizeof(text) - 1);
	if (sscanf(text, "%3d %n", &number, &after) == 1 && after &&
	    number >= STATUS_FIRST && number <= STATUS_LAST)
		status = number;
	else
		after = 0;
	clean = clean_text(text + after, CLEAN_ONE_LINE);
	snprintf(reason, AGENT_REASON_MAX, "%s", *clean ? clean : "the agent gave no reason");
	free(clean);
	return status;
}

bool agentflow_hello(const struct agent_header *header, const char *payload, char boot[64],
		     char id[64])
{
	char text[64] = "";
	size_t boot_size, worker_size;

	if (header->size >= sizeof(text))
		return false;
	memcpy(text, payload, header->size);
	boot_size = strspn(text, "0123456789abcdef");
	if (!boot_size || text[boot_size] != ' ')
		return false;
	worker_size = strspn(text + boot_size + 1, "0123456789");
	if (!worker_size || boot_size + 1 + worker_size != header->size)
		return false;
	memcpy(id, text, sizeof(text));
	text[boot_size] = '\0';
	memcpy(boot, text, sizeof(text));
	return true;
}
