// SPDX-License-Identifier: GPL-2.0-only
/*
 * local_ack.c - let TCP to a machine run ahead of the machine's acknowledgements
 *
 * Theory of operation
 *
 * libslirp does not support window scaling: it sends 64 KB to a machine, then waits. The way to the
 * machine and back crosses two processes, each of which has to be woken. So both ends would wait
 * for each other most of the time. The uplink therefore acknowledges and retransmits data locally,
 * as RFC 3135 describes:
 *
 *   - The uplink adds a scale option to libslirp's SYN (and to libslirp's answer to a SYN), so that
 *     the machine scales its windows. libslirp is told the same windows, limited to the 64 KB that
 *     it can handle.
 *   - The uplink keeps data that goes to the machine (connection.kept) until the machine has
 *     acknowledged the data. The uplink acknowledges kept data to libslirp at once: up to AHEAD_MAX
 *     bytes before the machine does, and never beyond the machine's window (edge).
 *   - libslirp will not retransmit data that was acknowledged. So the uplink retransmits such data,
 *     after three duplicate acknowledgements or after the time of RFC 6298, one frame per round
 *     trip (RFC 6582). When the machine has been silent for too long, the connection is reset, as
 *     any host would do (kept.c).
 *
 * Everything else is left to the two ends: SYN, FIN, RST and the machine's data pass, with
 * acknowledgement and window changed to what libslirp has been told. The uplink never acknowledges
 * a FIN before the machine does. Nor does it acknowledge fewer than WORTH bytes early, so a
 * conversation in short messages is left unchanged.
 *
 * Sequence numbers of the data to the machine:
 *
 *      una         acked       keep_to      sent              edge
 *       |  told to   |   kept,    | libslirp's  |    room in the   |
 *       |  libslirp  |  may be    |  business   | machine's window |
 *
 * una <= acked, and acked <= keep_to if something is kept. What is kept begins at keep_from. If
 * memory was short, keep_from may lie after acked; then acked stays where it is until the
 * machine itself has acknowledged everything before keep_from.
 *
 * uplink_slirp.c is the only caller. Everything runs in the uplink's event loop.
 */
#include "uplink/local_ack.h"

#include <string.h>
#include <urcu/compiler.h>
#include "common/loop.h"
#include "uplink/connection.h"
#include "uplink/kept.h"
#include "uplink/segment.h"

enum {
	WORTH = 16 << 10,		/* bytes; fewer are not acknowledged ahead */
	WINDOW_MAX = 65535,		/* bytes; the largest window that libslirp can be told */
	DUPLICATES = 3,			/* acknowledgements that mean a loss */
	BARE_MAX = ETHER_SIZE + PACKET_BARE_MAX,
};

struct local_ack_counters local_ack_counters;
static struct local_ack_ends ends;

/* ---- to libslirp ------------------------------------------------------------ */

static uint16_t window_at(const struct connection *connection, uint32_t acknowledged)
{
	int32_t room = connection->edge - acknowledged;

	return room < 0 ? 0 : caa_min(room, WINDOW_MAX);
}

/* Returns the acknowledgement number that libslirp may be told. */
static uint32_t target(struct connection *connection)
{
	uint32_t limit = earlier(connection->una + connection->allowance, connection->edge);
	uint32_t to = earlier(connection->keep_to, limit);

	if (cds_list_empty(&connection->kept) ||
	    before(connection->acked, connection->keep_from) ||
	    before(to, connection->acked + WORTH))
		return connection->acked;
	return to;
}

/* Marks the connection as due if libslirp must be told what the machine does not say itself. */
static void connection_check(struct connection *connection)
{
	if (target(connection) != connection->acked ||
	    (before(connection->una, connection->acked) &&
	     window_at(connection, connection->acked) != connection->told_window))
		connection_set_due(connection);
}

/* Writes a segment without data in the machine's name; returns its size, at most BARE_MAX. */
static size_t bare_make(const struct connection *connection, uint8_t flags, uint8_t *frame)
{
	struct tcp_bare bare = {
		.source = connection->flow.near_port, .port = connection->flow.far_port,
		.sequence = connection->next, .acknowledgement = connection->acked,
		.flags = flags | TCP_ACK, .window = connection->told_window,
	};

	memcpy(frame, connection->ether, ETHER_SIZE);
	return ETHER_SIZE + packet_tcp_bare(frame + ETHER_SIZE, connection->v6,
					    connection->flow.near, connection->flow.far, &bare);
}

void local_ack_run(void)
{
	struct connection *connection;
	uint8_t frame[BARE_MAX];

	while ((connection = connection_next_due())) {
		uint32_t to = target(connection);

		if (connection->una == connection->acked && connection->acked != to)
			kept_wait(connection);
		local_ack_counters.ahead += to - connection->acked;
		connection->acked = to;
		connection->told_window = window_at(connection, to);
		/* libslirp may send more now, or end the connection. */
		ends.to_stack(frame, bare_make(connection, 0, frame));
	}
}

/* ---- to the machine --------------------------------------------------------- */

/* Retransmits a frame to the machine; NULL: does nothing. */
static void repeat(struct frame *frame)
{
	if (!frame)
		return;
	local_ack_counters.repeated++;
	ends.to_machine(frame);
}

static void time_over(struct loop_timer *timer)
{
	struct connection *connection = container_of(timer, struct connection, timer);
	uint8_t frame[BARE_MAX];
	size_t size;

	switch (kept_time_over(connection)) {
	case KEPT_WAIT:
		break;
	case KEPT_REPEAT:
		repeat(kept_lost(connection));
		break;
	case KEPT_GIVE_UP:
		local_ack_counters.given_up++;
		size = bare_make(connection, TCP_RST, frame);
		connection_forget(connection);
		ends.to_stack(frame, size);
		break;
	}
}

/* Returns whether both directions have ended and both ends know it. */
static bool is_over(const struct connection *connection)
{
	return connection->near_ended && connection->far_ended;
}

static bool deliver_syn(const uint8_t *data, const struct segment *segment)
{
	struct flow flow = flow_to_machine(&segment->packet);
	struct connection *connection;
	struct frame *frame;

	if (segment->flags & TCP_ACK)
		connection = connection_find(&flow);
	else
		connection = connection_new(&flow, segment->packet.v6, time_over);
	if (!connection)
		return false;
	frame = segment_add_scale(data, segment);
	if (!frame) {
		connection_forget(connection);
		return false;
	}
	kept_clear(connection);
	connection->una = connection->acked = segment->sequence + 1;
	connection->sent = connection->edge = segment->sequence + 1;
	ends.to_machine(frame);
	frame_put(frame);
	return true;
}

static bool deliver_data(struct connection *connection, const uint8_t *data, size_t size,
			 const struct segment *segment)
{
	uint32_t end = segment->sequence + segment->size;
	struct frame *frame;
	bool wanted;

	/* libslirp retransmits what was acknowledged: it has missed the acknowledgement. */
	if (segment->size && !before(connection->acked, end) &&
	    before(connection->una, connection->acked)) {
		connection_set_due(connection);
		return true;
	}
	wanted = kept_wants(connection, segment);
	connection->sent = later(connection->sent, end);
	frame = wanted ? frame_new(size) : NULL;
	if (!frame)
		return false;
	memcpy(frame->data, data, size);
	frame->size = size;
	kept_add(connection, frame, segment);
	ends.to_machine(frame);
	frame_put(frame);
	connection_check(connection);
	return true;
}

bool local_ack_deliver(const uint8_t *data, size_t size)
{
	struct connection *connection;
	struct segment segment;
	struct flow flow;

	if (!segment_parse(data, size, &segment))
		return false;
	if (segment.flags & TCP_SYN)
		return deliver_syn(data, &segment);
	flow = flow_to_machine(&segment.packet);
	connection = connection_find(&flow);
	if (!connection || connection->scale < 0)
		return false;
	if (segment.flags & TCP_RST) {
		connection_forget(connection);
		return false;
	}
	memcpy(connection->ether, data + 6, 6);
	memcpy(connection->ether + 6, data, 6);
	memcpy(connection->ether + 12, data + 12, 2);
	if (!before(segment.acknowledgement, connection->far_ack)) {
		connection->far_ack = segment.acknowledgement;
		connection->far_window = segment.window;
	}
	if (segment.flags & TCP_FIN) {
		connection->far_ends = true;
		connection->far_end = segment.sequence + segment.size + 1;
	}
	if (connection->near_ends && segment.acknowledgement == connection->near_end)
		connection->near_ended = true;
	if (is_over(connection)) {
		connection_forget(connection);
		return false;
	}
	return deliver_data(connection, data, size, &segment);
}

/* ---- from the machine -------------------------------------------------------- */

static void accept_syn(const struct segment *segment)
{
	struct flow flow = flow_from_machine(&segment->packet);
	struct connection *connection = connection_find(&flow);

	/*
	 * The SYN is a retransmission, or not meant for the open connection: leave it to the two
	 * ends, one of which will reset the connection.
	 */
	if (connection && connection->scale >= 0 &&
	    (connection->near_start == segment->sequence + 1 ||
	     before(connection->una, connection->acked)))
		return;
	/* If the segment is an answer, libslirp's SYN has made the connection. */
	if (!(segment->flags & TCP_ACK) && segment_scale(segment) >= 0)
		connection = connection_new(&flow, segment->packet.v6, time_over);
	if (!connection)
		return;
	connection->scale = segment_scale(segment);
	connection->near_start = connection->next = connection->far_ack = segment->sequence + 1;
	if (connection->scale < 0)
		connection_forget(connection);
}

/* Notes the numbers in a segment from the machine. False: they do not fit the connection. */
static bool segment_note(struct connection *connection, const struct segment *segment)
{
	uint32_t end = segment->sequence + segment->size + !!(segment->flags & TCP_FIN);
	uint32_t edge = segment->acknowledgement + ((uint32_t)segment->window << connection->scale);
	uint32_t last = connection->sent;
	bool fresh = before(connection->una, segment->acknowledgement), moved;

	if (connection->far_ends)
		last = later(last, connection->far_end);
	if (before(last, segment->acknowledgement))
		return false;
	connection->next = later(connection->next, end);
	if (segment->flags & TCP_FIN) {
		connection->near_ends = true;
		connection->near_end = end;
	}
	if (connection->far_ends && segment->acknowledgement == connection->far_end)
		connection->far_ended = true;
	if (before(segment->acknowledgement, connection->una))
		return true;
	connection->silent_since = loop_now();
	moved = before(connection->edge, edge);
	connection->edge = later(connection->edge, edge);
	if (fresh) {
		repeat(kept_acknowledged(connection, segment->acknowledgement));
	} else if (!moved && end == segment->sequence &&
		   before(connection->una, connection->acked) && !connection->recovering &&
		   ++connection->duplicates == DUPLICATES) {
		repeat(kept_lost(connection));
	}
	connection->acked = later(connection->acked, connection->una);
	return true;
}

bool local_ack_accept(uint8_t *data, size_t size)
{
	struct connection *connection;
	struct segment segment;
	struct flow flow;
	bool bare;

	if (!segment_parse(data, size, &segment))
		return false;
	if (segment.flags & TCP_SYN) {
		accept_syn(&segment);
		return false;
	}
	flow = flow_from_machine(&segment.packet);
	connection = connection_find(&flow);
	if (!connection)
		return false;
	if (segment.flags & TCP_RST) {
		connection_forget(connection);
		return false;
	}
	if (!(segment.flags & TCP_ACK) || connection->scale < 0)
		return false;
	bare = !segment.size && !(segment.flags & TCP_FIN) && segment.sequence == connection->next;
	if (!segment_note(connection, &segment))
		return false;
	connection_check(connection);
	/*
	 * While we are ahead, this acknowledgement tells libslirp nothing new. local_ack_run()
	 * sends what libslirp needs.
	 */
	if (bare && before(connection->una, connection->acked))
		return true;
	connection->told_window = window_at(connection, connection->acked);
	segment_rewrite(data + (segment.packet.payload - data), connection->acked,
			connection->told_window);
	if (is_over(connection))
		connection_forget(connection);
	return false;
}

/* ---- start and end ------------------------------------------------------------ */

int local_ack_init(const struct local_ack_ends *new_ends)
{
	ends = *new_ends;
	return connections_init();
}

void local_ack_release(void)
{
	connections_release();
}
