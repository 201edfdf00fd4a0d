/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * local_ack.h - TCP to a machine runs ahead of the machine's acknowledgements
 */
#ifndef LOCAL_ACK_H
#define LOCAL_ACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/frame.h"

/* Where frames go; neither may call back into this module except libslirp by local_ack_deliver(). */
struct local_ack_ends {
	void (*to_machine)(struct frame *frame);		/* frame_get() to keep it */
	void (*to_stack)(const uint8_t *frame, size_t size);
};

struct local_ack_counters {
	uint64_t ahead;			/* bytes that were acknowledged before the machine did */
	uint64_t repeated;		/* frames sent again */
	uint64_t given_up;		/* connections that the machine never answered on */
};

extern struct local_ack_counters local_ack_counters;

void local_ack_init(const struct local_ack_ends *ends);

/* local_ack_deliver - a frame of libslirp's for the machine. True: taken; false: the caller passes it on. */
bool local_ack_deliver(const uint8_t *data, size_t size);

/*
 * local_ack_accept - a frame of the machine's for libslirp, complete. True: taken; false: the
 * caller passes it on, as it is now.
 */
bool local_ack_accept(uint8_t *data, size_t size);

/* local_ack_run - tell libslirp what is due; not from within libslirp. */
void local_ack_run(void);

/* local_ack_release - forget all connections. */
void local_ack_release(void);

#endif /* LOCAL_ACK_H */
