// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_script.c - allocate channels to the agent, and run the keeper's own scripts in the guest
 *
 * Called by keeper_loop.c, which runs startup.sh after each boot, and by keeper_stop.c, which runs
 * shutdown.sh before a power-off. keeper_clients.c allocates channels for the programs of clients.
 * One channel is kept for the scripts, so that clients cannot prevent a clean shutdown.
 */
#include "machine/keeper_script.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "link/agentflow.h"

enum {
	SCRIPT_CHANNEL = AGENT_CHANNELS - 1,	/* clients never get it */
	SCRIPT_LOG_MAX = 4 << 20,
	CREDIT_STEP = AGENT_WINDOW / 4,		/* credit is given in pieces of this size */
	STATUS_BROKEN = 255,			/* the script's end is unknown */
};

static bool channel_used[SCRIPT_CHANNEL];	/* entry 0 is the link itself */
static unsigned int channel_last;

/* Allocates round robin, so that late frames of an ended program do not reach the next program. */
unsigned int keeper_channel_get(void)
{
	for (int tries = 1; tries < SCRIPT_CHANNEL; tries++) {
		channel_last = channel_last % (SCRIPT_CHANNEL - 1) + 1;
		if (!channel_used[channel_last]) {
			channel_used[channel_last] = true;
			return channel_last;
		}
	}
	return 0;
}

void keeper_channel_put(unsigned int channel)
{
	channel_used[channel] = false;
}

static struct script {
	bool runs;
	int log_fd;
	size_t logged;		/* bytes in the log */
	struct agentflow flow;
	uint32_t owed;		/* credit that the agent has not been given yet */
	void (*ended)(struct keeper *keeper, int status);
} script = { .log_fd = -1 };

bool keeper_script_runs(void)
{
	return script.runs;
}

static void script_end(struct keeper *keeper, int status)
{
	void (*ended)(struct keeper *, int) = script.ended;

	if (script.log_fd >= 0)
		close(script.log_fd);
	script = (struct script){ .log_fd = -1 };
	ended(keeper, status);
}

void keeper_script_run(struct keeper *keeper, const char *name, const char *log,
		       void (*ended)(struct keeper *, int))
{
	char *path = txt_printf("%s/%s", keeper->machine.dir, log);
	char request[256];
	int size;

	script.runs = true;
	script.ended = ended;
	script.log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	agentflow_init(&script.flow);
	free(path);
	/* Each word ends with a NUL. */
	size = snprintf(request, sizeof(request), "arg=/bin/sh%carg=/run/umlab/host/%s%cwhen=up",
			0, name, 0) + 1;
	agentlink_send(&keeper->agent, AGENT_OPEN, SCRIPT_CHANNEL, request, size);
	agentlink_send(&keeper->agent, AGENT_INPUT, SCRIPT_CHANNEL, NULL, 0);
}

/* If the host's disk is full, output is missing in the log. */
static void script_log(const char *data, size_t size)
{
	static const char full[] = "\nThis log has reached its limit.\n";

	if (script.log_fd < 0 || script.logged >= SCRIPT_LOG_MAX)
		return;
	fd_write_all(script.log_fd, data, size);
	script.logged += size;
	if (script.logged >= SCRIPT_LOG_MAX)
		fd_write_all(script.log_fd, full, sizeof(full) - 1);
}

void keeper_script_credit(struct keeper *keeper)
{
	uint32_t credit;
	struct agent_header header = { AGENT_MAGIC, AGENT_CREDIT, 0, sizeof(credit) };

	if (script.owed < CREDIT_STEP || agentlink_pending(&keeper->agent) > KEEPER_AGENT_BACKLOG)
		return;
	agentflow_client(&script.flow, &header, (const char *)&script.owed, &credit);
	script.owed = 0;
	agentlink_send(&keeper->agent, AGENT_CREDIT, SCRIPT_CHANNEL, &credit, sizeof(credit));
}

bool keeper_script_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload)
{
	char reason[AGENT_REASON_MAX];
	const char *wrong;

	if (header->channel != SCRIPT_CHANNEL)
		return false;
	if (!script.runs)
		return true;
	wrong = agentflow_agent(&script.flow, header, payload);
	if (wrong) {
		keeper_note("script: the agent sent %s", wrong);
		agentlink_send(&keeper->agent, AGENT_CLOSE, SCRIPT_CHANNEL, NULL, 0);
		script_end(keeper, STATUS_BROKEN);
		return true;
	}
	switch (header->type) {
	case AGENT_OUTPUT:
	case AGENT_ERRORS:
		script_log(payload, header->size);
		script.owed += header->size;
		keeper_script_credit(keeper);
		break;
	case AGENT_EXIT:
		script_end(keeper, agentflow_exit(header, payload));
		break;
	case AGENT_REFUSED:
		/* An image without a shell can run no scripts, which is not a failure. */
		agentflow_refusal(header, payload, reason);
		keeper_note("script: %s", reason);
		script_end(keeper, 0);
		break;
	}
	return true;
}

void keeper_script_lost(struct keeper *keeper)
{
	if (script.runs)
		script_end(keeper, STATUS_BROKEN);
}
