/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * local_ack_internal.h - a connection that runs ahead: its table (local_ack_table.c), what is
 * kept of it (local_ack_kept.c)
 */
#ifndef LOCAL_ACK_INTERNAL_H
#define LOCAL_ACK_INTERNAL_H

#include <glib.h>
#include "uplink/local_ack.h"
#include "common/loop.h"
#include "uplink/segment.h"

enum {
	AHEAD_MAX = 256 << 10,		/* bytes that may be acknowledged before the machine does */
	AHEAD_MIN = 64 << 10,		/* after losses */
};

struct flow {
	uint8_t far[16], near[16];	/* near: the machine */
	uint16_t far_port, near_port;
};

struct connection {
	struct flow flow;		/* first: the table's key */
	GList used;			/* in the table's order of use */
	bool v6;
	uint8_t ether[ETHER_SIZE];	/* of frames to libslirp */
	int scale;			/* of the machine's windows; -1: not known yet */

	uint32_t una, acked, sent, edge;
	uint32_t keep_from, keep_to;
	struct frame *kept, **kept_end;
	uint32_t allowance;		/* bytes from una that may be acknowledged ahead */
	uint16_t told_window;
	uint32_t near_start, next;	/* the machine's own first and next byte */
	uint32_t far_ack;		/* what libslirp last said of them */
	uint16_t far_window;
	GList due_link;			/* in local_ack_due */
	bool due;

	unsigned int duplicates;
	bool recovering;		/* until the machine has everything up to recover */
	uint32_t recover;
	struct loop_timer timer;	/* armed at most once per its time, not with each frame */
	uint64_t progress;		/* when the machine last acknowledged something, or we repeated */
	uint64_t silent_since;
	uint64_t rto, srtt, rttvar;	/* ns */
	unsigned int backoff;
	uint64_t timed_at;		/* 0: nothing is timed */
	uint32_t timed;

	bool near_ends, far_ends;	/* a FIN has passed; what it is acknowledged by: */
	uint32_t near_end, far_end;
	bool near_ended, far_ended;
};

/* Sequence numbers wrap. */
static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline uint32_t later(uint32_t a, uint32_t b)
{
	return before(a, b) ? b : a;
}

static inline uint32_t earlier(uint32_t a, uint32_t b)
{
	return before(a, b) ? a : b;
}

extern struct local_ack_ends local_ack_ends;

/* local_ack_bare - a segment without data in the machine's name; returns the size of @frame, LOCAL_ACK_BARE_MAX at most. */
enum { LOCAL_ACK_BARE_MAX = ETHER_SIZE + PACKET_BARE_MAX };
size_t local_ack_bare(const struct connection *connection, uint8_t flags, uint8_t *frame);

/* Connections that libslirp is to be told of. */
extern GQueue local_ack_due;
void connection_due(struct connection *connection);

void connections_init(void);
void connections_release(void);

/* The flow of a packet on that way. */
struct flow flow_to_machine(const struct packet *packet);
struct flow flow_from_machine(const struct packet *packet);

struct connection *connection_find(const struct flow *flow);

/* connection_new - in place of any other of that flow; NULL if there is no room for it. */
struct connection *connection_new(const struct flow *flow, bool v6);
void connection_forget(struct connection *connection);

/* kept_wants - is the segment new data that follows what is kept, or begins it, and is there room? */
bool kept_wants(const struct connection *connection, const struct segment *segment);
void kept_add(struct connection *connection, struct frame *frame, const struct segment *segment);
void kept_drop_all(struct connection *connection);

/* kept_owed - from now on the machine owes us an acknowledgement. */
void kept_owed(struct connection *connection);

/* kept_acknowledged - the machine has everything before @acknowledgement, which is after una. */
void kept_acknowledged(struct connection *connection, uint32_t acknowledgement);

/* kept_lost - the machine lacks what is kept first. */
void kept_lost(struct connection *connection);

/* kept_time_over - what connection.timer does. */
void kept_time_over(struct loop_timer *timer);

#endif /* LOCAL_ACK_INTERNAL_H */
