/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent_child.h - run programs in the guest for the host, one per channel
 */
#ifndef AGENT_CHILD_H
#define AGENT_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "link/agentlink.h"

struct pollfd;

enum { CHILD_FDS = 3 };		/* polled descriptors of each program */

/* Starts the program that the AGENT_OPEN frame with the payload @text describes. */
void child_open(struct agentlink *link, unsigned int channel, const char *text, size_t size);
/* Handles a later frame of a channel. */
void child_frame(struct agentlink *link, const struct agent_header *header, const char *payload);
/* Sends SIGHUP to all programs and forgets them. Called when their keeper is gone. */
void child_close_all(void);
/* Collects programs that have ended and reports their status to the keeper. */
void child_reap(struct agentlink *link);
/*
 * child_poll_fill() fills @polled and returns the number of entries used. child_poll_done() then
 * handles what poll() found.
 */
int child_poll_fill(struct pollfd *polled, int room);
void child_poll_done(struct agentlink *link, const struct pollfd *polled, int nr);
/* Starts the programs that wait until the system is up. True: some programs still wait. */
bool child_start_waiting(struct agentlink *link);

#endif
