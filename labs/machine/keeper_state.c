// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_state.c - hold the state of the keeper, which all files keeper*.c share
 *
 * This is the keeper's lowest module, which only the keeper's other files call.
 */
#include "machine/keeper_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/timing.h"
#include "machine/record.h"

void keeper_note(const char *fmt, ...)
{
	char when[32];
	time_t now = time(NULL);
	va_list args;

	strftime(when, sizeof(when), "%F %T ", localtime(&now));
	fputs(when, stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void keeper_state_set(struct keeper *keeper, enum machine_state state)
{
	char *path = txt_printf("%s/status", keeper->machine.run_dir);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	keeper->state = state;
	recordf("state", "%s", machine_state_word(state));
	conf_setf(&keeper->status, "keeper", "%d", getpid());
	conf_set(&keeper->status, "phase", machine_state_word(state));
	conf_setf(&keeper->status, "since", "%ld.%03ld", (long)now.tv_sec, now.tv_nsec / 1000000);
	if (conf_write(&keeper->status, path))
		keeper_note("cannot write %s", path);
	free(path);
	keeper->state_changed(keeper);
}

void keeper_agent_ping(struct keeper *keeper)
{
	if (keeper->ping_sent > 0)
		return;
	keeper->ping_sent = timing_seconds();
	agentlink_send(&keeper->agent, AGENT_PING, 0, NULL, 0);
}
