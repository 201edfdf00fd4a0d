// SPDX-License-Identifier: GPL-2.0-only
/*
 * kept.c - keep the frames that the machine has not acknowledged, and decide when to retransmit
 *
 * The uplink must retransmit data that libslirp believes to have arrived (local_ack.c says why).
 * The first frame kept is retransmitted after three duplicate acknowledgements or after the time
 * of RFC 6298. Then one frame follows with each acknowledgement that shows another hole (RFC
 * 6582). The timer matters while una != acked, and is set again when it fires, not with each frame.
 *
 * This file decides what to retransmit; local_ack.c, its only caller besides connection.c, sends
 * the frames. Everything runs in the uplink's event loop.
 */
#include "uplink/kept.h"

#include <urcu/compiler.h>

enum {
	KEPT_MAX = 2048,		/* frames of all connections; the pool has FRAME_POOL_MAX */
	KEPT_ROOM_MAX = 32 << 20,	/* bytes of memory for them */
	AHEAD_MIN = 64 << 10,		/* bytes that may be acknowledged ahead after losses */
	BACKOFF_MAX = 10,		/* the time to wait is doubled this many times */
};

#define MS 1000000ULL
#define RTO_MIN (200 * MS)
#define RTO_MAX (60000 * MS)
#define GIVE_UP (924000 * MS)		/* as Linux does with the default of tcp_retries2 */

static unsigned int nr_kept;
static size_t kept_room;

/* ---- the list -------------------------------------------------------------- */

bool kept_wants(struct connection *connection, const struct segment *segment)
{
	return segment->size && segment->sequence == connection->sent &&
	       (cds_list_empty(&connection->kept) || segment->sequence == connection->keep_to) &&
	       nr_kept < KEPT_MAX && kept_room < KEPT_ROOM_MAX;
}

void kept_add(struct connection *connection, struct frame *frame, const struct segment *segment)
{
	if (cds_list_empty(&connection->kept))
		connection->keep_from = segment->sequence;
	connection->keep_to = segment->sequence + segment->size;
	cds_list_add_tail(&frame_get(frame)->link, &connection->kept);
	nr_kept++;
	kept_room += frame->room;
	if (!connection->timed_at) {
		connection->timed_at = loop_now();
		connection->timed = connection->keep_to;
	}
}

static struct frame *kept_first(struct connection *connection)
{
	return cds_list_empty(&connection->kept) ? NULL :
	       cds_list_first_entry(&connection->kept, struct frame, link);
}

static void kept_remove(struct frame *frame)
{
	cds_list_del(&frame->link);
	nr_kept--;
	kept_room -= frame->room;
	frame_put(frame);
}

void kept_clear(struct connection *connection)
{
	struct frame *frame;

	while ((frame = kept_first(connection)))
		kept_remove(frame);
}

/* ---- retransmission --------------------------------------------------------- */

/* Returns the first frame kept, with a current acknowledgement; NULL if nothing is kept. */
static struct frame *repetition(struct connection *connection)
{
	struct frame *frame = kept_first(connection);
	struct segment segment;

	if (!frame || !segment_parse(frame->data, frame->size, &segment))
		return NULL;
	/* The machine may reject the frame's old acknowledgement number (RFC 5961). */
	segment_rewrite(frame->data + (segment.packet.payload - frame->data),
			connection->far_ack, connection->far_window);
	/* The round trip of a retransmitted frame cannot be measured. */
	connection->timed_at = 0;
	return frame;
}

struct frame *kept_lost(struct connection *connection)
{
	connection->recovering = true;
	connection->recover = connection->acked;
	connection->duplicates = 0;
	connection->allowance = caa_max(connection->allowance / 2, (uint32_t)AHEAD_MIN);
	return repetition(connection);
}

/* ---- time ---------------------------------------------------------------------- */

static uint64_t time_to_wait(const struct connection *connection)
{
	uint64_t rto = connection->rto ? connection->rto : RTO_MIN;

	return caa_min(rto << caa_min(connection->backoff, (unsigned int)BACKOFF_MAX),
		       (uint64_t)RTO_MAX);
}

void kept_wait(struct connection *connection)
{
	connection->progress = connection->silent_since = loop_now();
	if (!connection->timer.when)
		loop_timer_set(&connection->timer, connection->progress + time_to_wait(connection));
}

enum kept_verdict kept_time_over(struct connection *connection)
{
	uint64_t now = loop_now(), when = connection->progress + time_to_wait(connection);

	if (!before(connection->una, connection->acked))
		return KEPT_WAIT;
	if (now < when) {
		loop_timer_set(&connection->timer, when);
		return KEPT_WAIT;
	}
	if (now - connection->silent_since > GIVE_UP)
		return KEPT_GIVE_UP;
	connection->backoff++;
	connection->progress = now;
	loop_timer_set(&connection->timer, now + time_to_wait(connection));
	return KEPT_REPEAT;
}

/* Updates the time to wait after a round trip of @time ns (RFC 6298, section 2). */
static void round_trip_note(struct connection *connection, uint64_t time)
{
	uint64_t off = time > connection->srtt ? time - connection->srtt : connection->srtt - time;
	uint64_t rto;

	if (!connection->srtt) {
		connection->srtt = time;
		connection->rttvar = time / 2;
	} else {
		connection->rttvar = (3 * connection->rttvar + off) / 4;
		connection->srtt = (7 * connection->srtt + time) / 8;
	}
	rto = connection->srtt + 4 * connection->rttvar;
	connection->rto = rto < RTO_MIN ? RTO_MIN : rto > RTO_MAX ? RTO_MAX : rto;
}

struct frame *kept_acknowledged(struct connection *connection, uint32_t acknowledgement)
{
	uint32_t allowance = connection->allowance + (acknowledgement - connection->una) / 16;
	bool backed_off = connection->backoff;
	struct segment segment;
	struct frame *frame;

	connection->allowance = caa_min(allowance, (uint32_t)AHEAD_MAX);
	connection->una = acknowledgement;
	connection->progress = loop_now();
	connection->duplicates = connection->backoff = 0;
	/* The timer was set for a longer time than the one that applies now. */
	if (backed_off && connection->timer.when)
		loop_timer_set(&connection->timer, connection->progress + time_to_wait(connection));
	if (connection->timed_at && !before(acknowledgement, connection->timed)) {
		round_trip_note(connection, loop_now() - connection->timed_at);
		connection->timed_at = 0;
	}
	while ((frame = kept_first(connection)) &&
	       segment_parse(frame->data, frame->size, &segment) &&
	       !before(acknowledgement, segment.sequence + segment.size))
		kept_remove(frame);
	if (!connection->recovering)
		return NULL;
	if (before(acknowledgement, connection->recover))
		return repetition(connection);
	connection->recovering = false;
	return NULL;
}
