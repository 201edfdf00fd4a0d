/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - receive several messages with one call to the host
 */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stdint.h>
#include "common/frame.h"

enum { BATCH_MAX = 32 };		/* messages */

struct batch_message {
	struct frame *frame;		/* keep it with frame_get(); its size is not set yet */
	uint32_t size;			/* bytes that arrived, the wire_head included */
	bool is_cut;			/* the message was longer than the frame's room */
};

/*
 * Receives up to BATCH_MAX messages from @fd. If @has_heads, each message begins with a
 * struct wire_head, which goes to frame->head. Returns the number of messages, 0 if nothing
 * has arrived, or -errno; -ECONNRESET if the peer has closed the connection. After handling the
 * messages, the caller must pass that number to batch_recycle().
 */
int batch_receive(int fd, bool has_heads, struct batch_message *messages);
void batch_recycle(int nr);

/* Frees the frames that are kept for the next batch_receive(). */
void batch_release(void);

#endif /* BATCH_H */
