/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_state.h - hold the state of the keeper, which all files keeper*.c share
 */
#ifndef KEEPER_STATE_H
#define KEEPER_STATE_H

#include <sys/types.h>

#include "base/timing.h"
#include "link/agentlink.h"
#include "machine/machine.h"

enum {
	KEEPER_TYPED_MAX = 2 * AGENT_PAYLOAD_MAX,	/* input that waits for the console */
	KEEPER_AGENT_BACKLOG = 1 << 20,	/* queued for the agent; clients with programs then wait */
};

/* The state of this process. Times are seconds of timing_seconds(); 0: not set. */
struct keeper {
	struct machine machine;
	int report_fd;		/* gets one line for the process that started us; -1: sent */
	pid_t kernel_pid;
	int kernel_fd;		/* pidfd */
	bool adopted;		/* the kernel is not our child */
	int ctl_fd;		/* listens for the command */
	int console_fd;		/* the machine's con0; -1: not open */
	double console_since;	/* when it was opened */
	double console_retry;	/* when it may be opened again */
	int console_log_fd;
	off_t console_log_size;
	char typed[KEEPER_TYPED_MAX];	/* input for the console */
	size_t typed_size;
	struct agentlink agent;	/* the machine's con1 */
	double agent_since, agent_retry;	/* like those of the console */
	bool agent_answers;
	struct timing_rate hellos;	/* limits how often the agent may start */
	bool hello_owed;	/* a HELLO was ignored, so the agent is to be asked later */
	double ping_sent;	/* when the PING that is still unanswered was sent */
	double agent_heard;	/* when the agent last sent something */
	double stop_asked;	/* when init was asked to power off */
	char agent_id[64];	/* the agent's last HELLO: "BOOT WORKER" */
	char boot[64];		/* the BOOT for which the startup scripts have been run */
	enum machine_state state;
	struct conf status;	/* the content of the file `status` */
	void (*state_changed)(struct keeper *keeper);	/* notifies watchers */
};

/* Writes the new state to `status` and to an exam's record, and notifies watchers. */
void keeper_state_set(struct keeper *keeper, enum machine_state state);
/* Writes a clean line with the time to keeper.log, until that has grown to its limit. */
void keeper_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Sends the one line that machine_start.c waits for; later calls do nothing. */
void keeper_report(struct keeper *keeper, const char *text);
/* Sends the agent a PING; keeper_loop.c declares the agent dead if no answer comes. */
void keeper_agent_ping(struct keeper *keeper);

#endif
