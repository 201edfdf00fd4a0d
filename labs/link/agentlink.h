/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agentlink.h - send and receive the frames of agentwire.h over one descriptor
 *
 * Used in the guest's agent, in the keeper and in the command, so it needs only libc.
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
	size_t in_size;		/* bytes in @in */
	size_t in_done;		/* bytes of @in that have been parsed */
	char *out;
	size_t out_size, out_done, out_room;
	bool hidden_input;	/* bytes outside frames have been skipped */
};

void agentlink_init(struct agentlink *link, int fd);
void agentlink_release(struct agentlink *link);	/* closes the descriptor */

/* Queue a frame, or the zeros that precede AGENT_HELLO (agentwire.h). 0 or -ENOMEM. */
int agentlink_send(struct agentlink *link, enum agent_frame type, unsigned int channel,
		   const void *data, size_t size);
int agentlink_send_zeros(struct agentlink *link);
/* Writes as much as the descriptor takes; the rest stays queued. 0 or -errno. */
int agentlink_flush(struct agentlink *link);
/* Returns how many bytes are queued. */
size_t agentlink_pending(const struct agentlink *link);

/* Reads once: > 0, or 0 at the end of file, or -EAGAIN when there is nothing, or -errno. */
ssize_t agentlink_receive(struct agentlink *link);
/* Takes the next frame. False: no frame is complete. @payload is valid until the next receive. */
bool agentlink_next(struct agentlink *link, struct agent_header *header, const char **payload);

#endif
