/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent_child.h - programs that the agent runs for the host, one per channel
 */
#ifndef AGENT_CHILD_H
#define AGENT_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "link/agentlink.h"

struct pollfd;

enum { CHILD_FDS = 3 };		/* polled descriptors of each program */

/* Starts the program that an AGENT_OPEN frame describes; handles the later frames of a channel. */
void child_open(struct agentlink *link, unsigned int channel, const char *text, size_t size);
void child_frame(struct agentlink *link, const struct agent_header *header, const char *payload);
/* Hangs up all programs: the keeper that started them is gone. */
void child_close_all(void);
/* Collects programs that have ended and reports their status to the keeper. */
void child_reap(struct agentlink *link);
/* Fills @polled and returns the number of entries used; later handles what poll() found. */
int child_poll_fill(struct pollfd *polled, int room);
void child_poll_done(struct agentlink *link, const struct pollfd *polled, int nr);
/* Starts the programs that wait for the system to be up; true if some still have to wait. */
bool child_start_waiting(struct agentlink *link);

#endif
