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
	size_t out_max;		/* limit of the bytes that are queued */
	size_t out_last;	/* where the last frame in @out begins; SIZE_MAX: unknown */
	bool failed;		/* a frame could not be queued; the owner must close the link */
	bool hidden_input;	/* bytes outside frames have been skipped */
};

/* @out_max: the owner's limit of queued bytes. A peer that does not read costs no more memory. */
void agentlink_init(struct agentlink *link, int fd, size_t out_max);
void agentlink_release(struct agentlink *link);	/* closes the descriptor */

/*
 * Queue a frame, or the zeros that precede AGENT_HELLO (agentwire.h). Bytes of a stream join the
 * frame before them if that has the same type and channel. 0, or -ENOMEM or -ENOBUFS (too much is
 * queued), which also set @failed, because the peer would miss a frame.
 */
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
