/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_state.h - hold the state of the keeper, which all files keeper*.c share
 */
#ifndef KEEPER_STATE_H
#define KEEPER_STATE_H

#include <sys/types.h>

#include "link/agentlink.h"
#include "machine/machine.h"

/* The state of this process. Times are seconds of timing_seconds(); 0: not set. */
struct keeper {
	struct machine machine;
	int report_fd;		/* gets one line for the process that started us; -1: sent */
	pid_t kernel_pid;
	int kernel_fd;		/* pidfd */
	bool adopted;		/* the kernel is not our child */
	int ctl_fd;		/* listens for the command */
	int console_fd;		/* the machine's con0; -1: not open */
	int console_log_fd;
	off_t console_log_size;
	struct agentlink agent;	/* the machine's con1 */
	bool agent_answers;
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
/* Writes a line with the time to keeper.log. */
void keeper_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Sends the agent a PING; keeper.c declares the agent dead if no answer comes. */
void keeper_agent_ping(struct keeper *keeper);

#endif
