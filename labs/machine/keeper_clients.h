/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_clients.h - connections of the command to the keeper
 */
#ifndef KEEPER_CLIENTS_H
#define KEEPER_CLIENTS_H

#include "machine/keeper_state.h"

struct pollfd;

enum { KEEPER_CLIENTS = 256 };

/* For the poll loop: more connections are accepted only while there is room for them. */
bool clients_have_room(void);
void clients_accept(struct keeper *keeper);
int clients_poll_fill(struct pollfd *polled, int room);
void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr);

/* Events for clients: a frame of the agent, its end or start, console output, a new state. */
void clients_agent_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload);
void clients_agent_lost(struct keeper *keeper);
void clients_agent_found(struct keeper *keeper);
void clients_console_output(const char *data, size_t size);
void clients_state_changed(struct keeper *keeper);

/* Does any program run in the guest, so that an answer of the agent is expected? */
bool clients_wait(void);

#endif
