/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agentlink.h - send and receive the frames of agentwire.h over one descriptor
 *
 * Used in the guest's agent, in the keeper and in the command; needs nothing but libc.
 */
#ifndef AGENTLINK_H
#define AGENTLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "link/agentwire.h"

struct agentlink {
	int fd;			/* non-blocking; -1: closed */
	char *in;
	size_t in_size;		/* bytes in it, */
	size_t in_done;		/* of which so many are parsed */
	char *out;
	size_t out_size, out_done, out_room;
	bool hidden_input;	/* bytes that are no frame were skipped */
};

void agentlink_init(struct agentlink *link, int fd);
void agentlink_release(struct agentlink *link);	/* closes the descriptor */

/* Queues a frame; agentlink_flush() moves what the descriptor takes. -ENOMEM or 0. */
int agentlink_send(struct agentlink *link, enum agent_frame type, unsigned int channel, const void *data, size_t size);
int agentlink_send_zeros(struct agentlink *link);
/* 0 or -errno; what could not be written stays queued, see agentlink_pending(). */
int agentlink_flush(struct agentlink *link);
size_t agentlink_pending(const struct agentlink *link);

/* Reads once. > 0 something came, 0 end of file, -EAGAIN nothing there, -errno. */
ssize_t agentlink_receive(struct agentlink *link);
/* The next whole frame; its payload stays valid until agentlink_receive(). */
bool agentlink_next(struct agentlink *link, struct agent_header *header, const char **payload);

#endif
