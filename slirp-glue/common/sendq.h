/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sendq.h - queue the frames for one peer, and send them in batches
 */
#ifndef SENDQ_H
#define SENDQ_H

#include <stdbool.h>
#include <stdint.h>
#include "common/frame.h"
#include "common/loop.h"

enum { SENDQ_BATCH = 32 };		/* frames per call to the host */

/* How a frame differs from frame->data when it is sent. */
enum sendq_form {
	SENDQ_AS_IS,
	SENDQ_ADD_TAG,
	SENDQ_STRIP_TAG,
};

struct sendq_counters {
	uint64_t tx_frames, tx_bytes;
	uint64_t queue_full;		/* frames dropped: no room, no memory, or not sendable */
};

struct sendq_entry {
	struct frame *frame;
	enum sendq_form form;
};

struct sendq {
	bool is_blocked;		/* the socket is full: the source waits for EPOLLOUT */
	struct sendq_counters counters;

	/* Private to sendq.c: the peer, and a ring of nr_entries, a power of two. */
	struct loop_source *source;
	bool has_heads;			/* each message begins with a struct wire_head */
	bool takes_bundles;		/* the peer understands WIRE_BUNDLE */
	struct sendq_entry *entries;
	uint32_t nr_entries, first, nr_waiting;
	uint32_t size, max_size;	/* bytes of the frames that wait */
};

/* Makes a queue for @nr_entries frames (a power of two) and @max_size bytes. 0 or -ENOMEM. */
int sendq_init(struct sendq *queue, struct loop_source *source, uint32_t nr_entries,
	       uint32_t max_size);
void sendq_release(struct sendq *queue);

/* Notes that the source leads to a new peer. The loop must watch the source for EPOLLIN only. */
void sendq_connect(struct sendq *queue, bool has_heads, bool takes_bundles);

/* Queues the frame, or drops and counts it if the queue is full. */
void sendq_add(struct sendq *queue, struct frame *frame, enum sendq_form form);

/* Sends the waiting frames, as far as the socket takes them. */
void sendq_flush(struct sendq *queue);

/*
 * Sends one message at once, after the waiting frames. False: not sent; usually the socket is
 * full.
 */
bool sendq_send(struct sendq *queue, const struct wire_head *head, const void *data, size_t size);

/* Must be called on EPOLLOUT: sends the waiting frames, because the socket takes frames again. */
void sendq_unblock(struct sendq *queue);

/* Drops the waiting frames. */
void sendq_clear(struct sendq *queue);

#endif /* SENDQ_H */
