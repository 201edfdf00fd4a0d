/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_clients.h - serve the command's connections to the keeper
 */
#ifndef KEEPER_CLIENTS_H
#define KEEPER_CLIENTS_H

#include "machine/keeper_state.h"

struct pollfd;

enum { KEEPER_CLIENTS = 256 };

/* The poll loop calls the next four functions, and accepts connections only while there is room. */
bool clients_have_room(struct keeper *keeper);
void clients_accept(struct keeper *keeper);
/* Sends what is queued, fills in at most @room descriptors to poll, and returns how many. */
int clients_poll_fill(struct keeper *keeper, struct pollfd *polled, int room);
/* Serves the clients whose descriptors are ready. */
void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr);

/*
 * Pass events on to clients: a frame from the agent, the agent's end or start, console output, or a
 * new state of the machine.
 */
void clients_agent_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload);
void clients_agent_lost(struct keeper *keeper);
void clients_agent_found(struct keeper *keeper);
void clients_console_output(const char *data, size_t size);
void clients_state_changed(struct keeper *keeper);

/* Closes all connections. */
void clients_close(struct keeper *keeper);
/* Returns how many bytes are queued for all clients. */
size_t clients_backlog(void);
/* Does a program run in the guest, for a client or for the keeper? Then the agent must answer. */
bool clients_wait(void);

#endif
