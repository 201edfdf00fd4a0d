// SPDX-License-Identifier: GPL-2.0-only
/*
 * local_ack_kept.c - what a machine has not acknowledged yet: kept, and repeated if need be
 *
 * Whatever libslirp was told has arrived is ours to repeat (local_ack.c tells why): the first
 * frame that is kept, after three duplicate acknowledgements or the time of RFC 6298, then
 * one with every acknowledgement that shows another hole (RFC 6582). The timer matters
 * while una != acked; it is set anew only when it has fired, not with each frame.
 */
#include "uplink/local_ack_internal.h"

#include <string.h>

enum {
	KEPT_MAX = 2048,		/* frames of all connections; the pool has FRAME_POOL_MAX */
	KEPT_ROOM_MAX = 32 << 20,	/* bytes of memory for them */
};

#define MS 1000000ULL
#define RTO_MIN (200 * MS)
#define RTO_MAX (60000 * MS)
#define GIVE_UP (924000 * MS)		/* as tcp_retries2 of Linux makes it */

static unsigned int nr_kept;
static size_t kept_room;

/* ---- the list -------------------------------------------------------------- */

bool kept_wants(const struct connection *connection, const struct segment *segment)
{
	return segment->size && segment->sequence == connection->sent &&
	       (!connection->kept || segment->sequence == connection->keep_to) &&
	       nr_kept < KEPT_MAX && kept_room < KEPT_ROOM_MAX;
}

void kept_add(struct connection *connection, struct frame *frame, const struct segment *segment)
{
	if (!connection->kept)
		connection->keep_from = segment->sequence;
	connection->keep_to = segment->sequence + segment->size;
	frame->next = NULL;
	*connection->kept_end = frame_get(frame);
	connection->kept_end = &frame->next;
	nr_kept++;
	kept_room += frame->room;
	if (!connection->timed_at) {
		connection->timed_at = loop_now();
		connection->timed = connection->keep_to;
	}
}

static void kept_drop(struct connection *connection)
{
	struct frame *frame = connection->kept;

	connection->kept = frame->next;
	if (!connection->kept)
		connection->kept_end = &connection->kept;
	nr_kept--;
	kept_room -= frame->room;
	frame->next = NULL;
	frame_put(frame);
}

void kept_drop_all(struct connection *connection)
{
	while (connection->kept)
		kept_drop(connection);
}

/* ---- repeating -------------------------------------------------------------- */

static void repeat(struct connection *connection)
{
	struct segment segment;
	struct frame *frame = connection->kept;

	if (!frame || !segment_parse(frame->data, frame->size, &segment))
		return;
	/* What it acknowledges may be too old by now to be believed (RFC 5961). */
	segment_rewrite(frame->data + (segment.packet.payload - frame->data), connection->far_ack, connection->far_window);
	local_ack_counters.repeated++;
	/* What is timed must not be what was sent twice. */
	connection->timed_at = 0;
	local_ack_ends.to_machine(frame);
}

void kept_lost(struct connection *connection)
{
	connection->recovering = true;
	connection->recover = connection->acked;
	connection->duplicates = 0;
	connection->allowance = MAX(connection->allowance / 2, (uint32_t)AHEAD_MIN);
	repeat(connection);
}

/* ---- time ---------------------------------------------------------------------- */

static uint64_t time_to_wait(const struct connection *connection)
{
	uint64_t rto = connection->rto ? connection->rto : RTO_MIN;

	return MIN(rto << MIN(connection->backoff, 10u), RTO_MAX);
}

void kept_owed(struct connection *connection)
{
	connection->progress = connection->silent_since = loop_now();
	if (!connection->timer.when)
		loop_timer_set(&connection->timer, connection->progress + time_to_wait(connection));
}

void kept_time_over(struct loop_timer *timer)
{
	struct connection *connection = container_of(timer, struct connection, timer);
	uint64_t now = loop_now(), when = connection->progress + time_to_wait(connection);
	uint8_t frame[LOCAL_ACK_BARE_MAX];
	size_t size;

	if (!before(connection->una, connection->acked))
		return;
	if (now < when) {
		loop_timer_set(timer, when);
		return;
	}
	if (now - connection->silent_since > GIVE_UP) {
		local_ack_counters.given_up++;
		size = local_ack_bare(connection, TCP_RST, frame);
		connection_forget(connection);
		local_ack_ends.to_stack(frame, size);
		return;
	}
	connection->backoff++;
	kept_lost(connection);
	connection->progress = now;
	loop_timer_set(timer, now + time_to_wait(connection));
}

/* RFC 6298, section 2. */
static void time_take(struct connection *connection, uint64_t time)
{
	uint64_t off = time > connection->srtt ? time - connection->srtt : connection->srtt - time;

	if (!connection->srtt) {
		connection->srtt = time;
		connection->rttvar = time / 2;
	} else {
		connection->rttvar = (3 * connection->rttvar + off) / 4;
		connection->srtt = (7 * connection->srtt + time) / 8;
	}
	connection->rto = CLAMP(connection->srtt + 4 * connection->rttvar, RTO_MIN, RTO_MAX);
}

void kept_acknowledged(struct connection *connection, uint32_t acknowledgement)
{
	bool backed_off = connection->backoff;
	struct segment segment;

	connection->allowance = MIN(connection->allowance + (acknowledgement - connection->una) / 16, (uint32_t)AHEAD_MAX);
	connection->una = acknowledgement;
	connection->progress = loop_now();
	connection->duplicates = connection->backoff = 0;
	/* What was a long wait is none any more. */
	if (backed_off && connection->timer.when)
		loop_timer_set(&connection->timer, connection->progress + time_to_wait(connection));
	if (connection->timed_at && !before(acknowledgement, connection->timed)) {
		time_take(connection, loop_now() - connection->timed_at);
		connection->timed_at = 0;
	}
	while (connection->kept && segment_parse(connection->kept->data, connection->kept->size, &segment) &&
	       !before(acknowledgement, segment.sequence + segment.size))
		kept_drop(connection);
	if (!connection->recovering)
		return;
	if (before(acknowledgement, connection->recover))
		repeat(connection);
	else
		connection->recovering = false;
}
