// SPDX-License-Identifier: GPL-2.0-only
/*
 * local_ack.c - TCP to a machine runs ahead of the machine's acknowledgements
 *
 * Theory of operation
 *
 * libslirp knows no window scaling: 64 KB are on their way to a machine, then it waits. The
 * way there and back crosses two processes, each of which has to be woken, so that both
 * wait for each other most of the time. So the uplink does what RFC 3135 calls local
 * acknowledgements and local retransmissions:
 *
 *   - A scale option is added to libslirp's SYN (and to its answer to one). The machine's
 *     windows are scaled then; libslirp is told the same, within the 64 KB it can take.
 *   - Data that goes to the machine is kept (connection.kept) until the machine has
 *     acknowledged it. What is kept is acknowledged to libslirp at once, AHEAD_MAX bytes
 *     before the machine does, and never beyond the machine's window (edge).
 *   - What libslirp has been told is delivered, nobody else will repeat: we do, after three
 *     duplicate acknowledgements or RFC 6298's time, one frame a round trip (RFC 6582). After
 *     GIVE_UP without progress the connection is reset, as by any host.
 *
 * Everything else stays between the two ends: SYN, FIN, RST and the machine's data pass, with
 * acknowledgement and window changed to what holds for libslirp. FIN is never acknowledged
 * ahead. Less than WORTH bytes are left to the machine to acknowledge, so a conversation
 * of short messages goes as if we were not there.
 *
 * Sequence numbers of what goes to the machine; they wrap, so only differences are compared:
 *
 *      una         acked       keep_to      sent              edge
 *       |  told to   |   kept,    |  libslirp's |    room in the   |
 *       |  libslirp  |  may be    |  business   | machine's window |
 *
 * una <= acked, and acked <= keep_to where something is kept (local_ack_kept.c). The list began
 * at keep_from; where memory was short that may lie after acked, which then stays where it is
 * until the machine itself has come that far.
 */
#include "uplink/local_ack_internal.h"

#include <string.h>

enum {
	WORTH = 16 << 10,		/* bytes; fewer are not acknowledged ahead */
	WINDOW_MAX = 65535,		/* what libslirp can be told */
	DUPLICATES = 3,			/* that mean a loss */
};

struct local_ack_counters local_ack_counters;
struct local_ack_ends local_ack_ends;

/* ---- to libslirp ------------------------------------------------------------ */

static uint16_t window_at(const struct connection *connection, uint32_t acknowledged)
{
	int32_t room = connection->edge - acknowledged;

	return CLAMP(room, 0, WINDOW_MAX);
}

/* How far libslirp may be told that the machine has come. */
static uint32_t target(const struct connection *connection)
{
	uint32_t limit = earlier(connection->una + connection->allowance, connection->edge);
	uint32_t to = earlier(connection->keep_to, limit);

	if (!connection->kept || before(connection->acked, connection->keep_from) ||
	    before(to, connection->acked + WORTH))
		return connection->acked;
	return to;
}

/* Has libslirp to be told something that the machine does not say itself? */
static void connection_look(struct connection *connection)
{
	if (target(connection) != connection->acked ||
	    (before(connection->una, connection->acked) &&
	     window_at(connection, connection->acked) != connection->told_window))
		connection_due(connection);
}

size_t local_ack_bare(const struct connection *connection, uint8_t flags, uint8_t *frame)
{
	struct tcp_bare bare = {
		.source = connection->flow.near_port, .port = connection->flow.far_port,
		.sequence = connection->next, .acknowledgement = connection->acked,
		.flags = flags | TCP_ACK, .window = connection->told_window,
	};

	memcpy(frame, connection->ether, ETHER_SIZE);
	return ETHER_SIZE + packet_tcp_bare(frame + ETHER_SIZE, connection->v6, connection->flow.near,
					    connection->flow.far, &bare);
}

void local_ack_run(void)
{
	uint8_t frame[LOCAL_ACK_BARE_MAX];

	while (local_ack_due.head) {
		struct connection *connection = g_queue_pop_head_link(&local_ack_due)->data;
		uint32_t to = target(connection);

		connection->due = false;
		if (connection->una == connection->acked && connection->acked != to)
			kept_owed(connection);
		local_ack_counters.ahead += to - connection->acked;
		connection->acked = to;
		connection->told_window = window_at(connection, to);
		/* This may bring more, or the connection's end. */
		local_ack_ends.to_stack(frame, local_ack_bare(connection, 0, frame));
	}
}

/* ---- to the machine --------------------------------------------------------- */

/* Both directions have ended, and everybody knows. */
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
		connection = connection_new(&flow, segment->packet.v6);
	if (!connection)
		return false;
	frame = segment_add_scale(data, segment);
	if (!frame) {
		connection_forget(connection);
		return false;
	}
	kept_drop_all(connection);
	connection->una = connection->acked = connection->sent = connection->edge = segment->sequence + 1;
	local_ack_ends.to_machine(frame);
	frame_put(frame);
	return true;
}

static bool deliver_data(struct connection *connection, const uint8_t *data, size_t size, const struct segment *segment)
{
	uint32_t end = segment->sequence + segment->size;
	struct frame *frame;
	bool wanted;

	/* It asks again for what was acknowledged: it cannot have heard. */
	if (segment->size && !before(connection->acked, end) && before(connection->una, connection->acked)) {
		connection_due(connection);
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
	local_ack_ends.to_machine(frame);
	frame_put(frame);
	connection_look(connection);
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

	/* Said again, or not meant for what is open: the two ends decide, and one of them resets. */
	if (connection && connection->scale >= 0 &&
	    (connection->near_start == segment->sequence + 1 || before(connection->una, connection->acked)))
		return;
	/* An answer: libslirp's SYN made the connection. */
	if (!(segment->flags & TCP_ACK) && segment_scale(segment) >= 0)
		connection = connection_new(&flow, segment->packet.v6);
	if (!connection)
		return;
	connection->scale = segment_scale(segment);
	connection->near_start = connection->next = connection->far_ack = segment->sequence + 1;
	if (connection->scale < 0)
		connection_forget(connection);
}

/* A segment of the machine's has these numbers: note what they say. False: it is about something else. */
static bool segment_note(struct connection *connection, const struct segment *segment)
{
	uint32_t end = segment->sequence + segment->size + !!(segment->flags & TCP_FIN);
	uint32_t edge = segment->acknowledgement + ((uint32_t)segment->window << connection->scale);
	uint32_t last = connection->far_ends ? later(connection->far_end, connection->sent) : connection->sent;
	bool fresh = before(connection->una, segment->acknowledgement), moved;

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
		kept_acknowledged(connection, segment->acknowledgement);
	} else if (!moved && end == segment->sequence && before(connection->una, connection->acked) &&
		   !connection->recovering && ++connection->duplicates == DUPLICATES) {
		kept_lost(connection);
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
	connection_look(connection);
	/* While we are ahead, it has nothing new to tell: what libslirp needs, local_ack_run() says. */
	if (bare && before(connection->una, connection->acked))
		return true;
	connection->told_window = window_at(connection, connection->acked);
	segment_rewrite(data + (segment.packet.payload - data), connection->acked, connection->told_window);
	if (is_over(connection))
		connection_forget(connection);
	return false;
}

/* ---- start and end ------------------------------------------------------------ */

void local_ack_init(const struct local_ack_ends *ends)
{
	local_ack_ends = *ends;
	connections_init();
}

void local_ack_release(void)
{
	connections_release();
}
