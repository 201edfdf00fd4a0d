/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kept.h - keep the frames that the machine has not acknowledged, and decide when to retransmit
 */
#ifndef KEPT_H
#define KEPT_H

#include <stdbool.h>
#include "common/frame.h"
#include "uplink/connection.h"
#include "uplink/segment.h"

/*
 * Returns whether to keep the segment: it is new data that directly follows the kept data, if
 * there is any, and there is room for it.
 */
bool kept_wants(struct connection *connection, const struct segment *segment);

/* Keeps a frame for which kept_wants() has returned true. */
void kept_add(struct connection *connection, struct frame *frame, const struct segment *segment);
void kept_clear(struct connection *connection);

/* Starts the timer that waits for an acknowledgement from the machine. */
void kept_wait(struct connection *connection);

/*
 * Notes that the machine has acknowledged everything before @acknowledgement, which is after una.
 * Returns a frame to retransmit to the machine, or NULL.
 */
struct frame *kept_acknowledged(struct connection *connection, uint32_t acknowledgement);

/*
 * Notes that the machine lacks the first frame kept; returns this frame for retransmission, or
 * NULL.
 */
struct frame *kept_lost(struct connection *connection);

enum kept_verdict {
	KEPT_WAIT,			/* nothing to do yet */
	KEPT_REPEAT,			/* too long without progress: call kept_lost() */
	KEPT_GIVE_UP,			/* the machine has been silent for GIVE_UP */
};

/*
 * Must be called when the connection's timer fires. Sets the timer again while the machine owes us
 * an acknowledgement, unless the verdict is KEPT_GIVE_UP.
 */
enum kept_verdict kept_time_over(struct connection *connection);

#endif /* KEPT_H */
