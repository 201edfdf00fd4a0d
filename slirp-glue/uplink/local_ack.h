/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * local_ack.h - let TCP to a machine run ahead of the machine's acknowledgements
 */
#ifndef LOCAL_ACK_H
#define LOCAL_ACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/frame.h"

/*
 * Where frames go. Neither function may call this module, except that libslirp may call
 * local_ack_deliver() in to_stack().
 */
struct local_ack_ends {
	void (*to_machine)(struct frame *frame);	/* keeps the frame by frame_get() */
	void (*to_stack)(const uint8_t *frame, size_t size);
};

struct local_ack_counters {
	uint64_t ahead;			/* bytes that we acknowledged before the machine did */
	uint64_t repeated;		/* frames retransmitted */
	uint64_t given_up;		/* connections reset because the machine was silent */
};

extern struct local_ack_counters local_ack_counters;

/* Starts without connections; 0 or -errno. local_ack_release() forgets all connections. */
int local_ack_init(const struct local_ack_ends *ends);
void local_ack_release(void);

/*
 * Handles a frame from libslirp for the machine. True: the frame was taken; false: the caller
 * passes the frame on.
 */
bool local_ack_deliver(const uint8_t *data, size_t size);

/*
 * Handles a complete frame from the machine for libslirp. True: the frame was taken; false: the
 * caller passes on the frame, which may have been changed.
 */
bool local_ack_accept(uint8_t *data, size_t size);

/* Sends libslirp the acknowledgements that are due. Not to be called from a libslirp callback. */
void local_ack_run(void);

#endif /* LOCAL_ACK_H */
