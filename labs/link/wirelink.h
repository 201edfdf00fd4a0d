/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wirelink.h - send and receive the frames of agentwire.h over one descriptor
 *
 * Used in the guest's agent, in the keeper and in the command; needs nothing but libc.
 */
#ifndef WIRELINK_H
#define WIRELINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "link/agentwire.h"

struct wire_link {
	int fd;			/* non-blocking; -1: closed */
	char *in;
	size_t in_size;		/* bytes in it, */
	size_t in_done;		/* of which so many are parsed */
	char *out;
	size_t out_size, out_done, out_room;
	bool hidden_input;	/* bytes that are no frame were skipped */
};

void wirelink_init(struct wire_link *link, int fd);
void wirelink_release(struct wire_link *link);	/* closes the descriptor */

/* Queues a frame; wirelink_flush() moves what the descriptor takes. -ENOMEM or 0. */
int wirelink_send(struct wire_link *link, enum wire_type type, unsigned int channel, const void *data, size_t size);
int wirelink_send_zeros(struct wire_link *link);
/* 0 or -errno; what could not be written stays queued, see wirelink_pending(). */
int wirelink_flush(struct wire_link *link);
size_t wirelink_pending(const struct wire_link *link);

/* Reads once. > 0 something came, 0 end of file, -EAGAIN nothing there, -errno. */
ssize_t wirelink_receive(struct wire_link *link);
/* The next whole frame; its payload stays valid until wirelink_receive(). */
bool wirelink_next(struct wire_link *link, struct wire_header *header, const char **payload);

#endif
