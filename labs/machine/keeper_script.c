// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_script.c - allocate channels to the agent, and run the keeper's own scripts in the guest
 *
 * Called by keeper.c, which runs startup.sh after each boot, and by keeper_stop.c, which runs
 * shutdown.sh before a power-off. keeper_clients.c allocates channels for the programs of clients.
 */
#include "machine/keeper_script.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

static bool channel_used[AGENT_CHANNELS];	/* entry 0 is the link itself */
static unsigned int channel_last;

/* Allocates round robin, so that late frames of an ended program do not reach the next program. */
unsigned int keeper_channel_get(void)
{
	for (int tries = 1; tries < AGENT_CHANNELS; tries++) {
		channel_last = channel_last % (AGENT_CHANNELS - 1) + 1;
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
	unsigned int channel;	/* 0: no script runs */
	int log_fd;
	void (*ended)(struct keeper *keeper, int status);
} script = { .log_fd = -1 };

bool keeper_script_runs(void)
{
	return script.channel != 0;
}

static void script_end(struct keeper *keeper, int status)
{
	void (*ended)(struct keeper *, int) = script.ended;

	if (script.log_fd >= 0)
		close(script.log_fd);
	keeper_channel_put(script.channel);
	script = (struct script){ .log_fd = -1 };
	ended(keeper, status);
}

void keeper_script_run(struct keeper *keeper, const char *name, const char *log,
		       void (*ended)(struct keeper *, int))
{
	char *path = txt_printf("%s/%s", keeper->machine.dir, log);
	char request[256];
	int size;

	script.channel = keeper_channel_get();
	script.ended = ended;
	script.log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	free(path);
	/* Each word ends with a NUL. */
	size = snprintf(request, sizeof(request), "arg=/bin/sh%carg=/run/umlab/host/%s%cwhen=up",
			0, name, 0) + 1;
	agentlink_send(&keeper->agent, AGENT_OPEN, script.channel, request, size);
	agentlink_send(&keeper->agent, AGENT_INPUT, script.channel, NULL, 0);
}

bool keeper_script_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload)
{
	uint32_t size = header->size;
	int status = 0;

	if (!script.channel || header->channel != script.channel)
		return false;
	switch (header->type) {
	case AGENT_OUTPUT:
	case AGENT_ERRORS:
		/* If the host's disk is full, output is missing in the log. */
		if (script.log_fd >= 0)
			fd_write_all(script.log_fd, payload, size);
		agentlink_send(&keeper->agent, AGENT_CREDIT, script.channel, &size, sizeof(size));
		break;
	case AGENT_EXIT:
		if (size == sizeof(status))
			memcpy(&status, payload, sizeof(status));
		script_end(keeper, status);
		break;
	case AGENT_REFUSED:
		/* An image without a shell can run no scripts, which is not a failure. */
		keeper_note("script: %.*s", (int)size, payload);
		script_end(keeper, 0);
		break;
	}
	return true;
}

void keeper_script_lost(struct keeper *keeper)
{
	if (script.channel)
		script_end(keeper, 255 << 8);
}
