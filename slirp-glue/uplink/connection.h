/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * connection.h - remember the TCP connections that local_ack.c knows, with the state of each
 *
 * "Near" is the machine's side, "far" is libslirp's. A drawing in local_ack.c shows what the
 * sequence numbers mean.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#ifndef URCU_API_MAP
#define URCU_API_MAP			/* rculfhash.h needs the flavour's short names */
#endif

#include <stdbool.h>
#include <stdint.h>
#include <urcu/list.h>
#include <urcu/urcu-memb.h>
#include <urcu/rculfhash.h>
#include "common/loop.h"
#include "common/packet.h"

enum {
	CONNECTIONS_MAX = 4096,
	AHEAD_MAX = 256 << 10,		/* bytes that we may acknowledge before the machine does */
};

struct flow {
	uint8_t far[16], near[16];
	uint16_t far_port, near_port;
};

struct connection {
	struct flow flow;
	struct cds_lfht_node node;	/* in the table, by flow */
	struct cds_list_head used;	/* in the list of all, the last used one first */
	struct cds_list_head due_link;	/* in the list of those that are due, if `due` */
	bool due;			/* libslirp must be told something */
	bool v6;
	uint8_t ether[ETHER_SIZE];	/* of frames to libslirp */
	int scale;			/* of the machine's windows; -1: not known yet */

	uint32_t una, acked, sent, edge;
	uint32_t keep_from, keep_to;
	struct cds_list_head kept;	/* frames not acknowledged yet (kept.c) */
	uint32_t allowance;		/* bytes from una on that may be acknowledged ahead */
	uint16_t told_window;		/* the last window that libslirp was told */
	uint32_t near_start, next;	/* the machine's own first and next byte */
	uint32_t far_ack;		/* libslirp's last acknowledgement of these bytes */
	uint16_t far_window;

	unsigned int duplicates;	/* acknowledgements that acknowledged nothing new */
	bool recovering;		/* until the machine has everything before `recover` */
	uint32_t recover;
	struct loop_timer timer;	/* not postponed with each frame, see kept.c */
	uint64_t progress;		/* when data was last acknowledged or retransmitted */
	uint64_t silent_since;		/* when the machine was last heard */
	uint64_t rto, srtt, rttvar;	/* ns */
	unsigned int backoff;
	uint64_t timed_at;		/* when the frame before `timed` was sent; 0: none */
	uint32_t timed;

	bool near_ends, far_ends;	/* a FIN has passed; the numbers below acknowledge it */
	uint32_t near_end, far_end;
	bool near_ended, far_ended;	/* the FIN was acknowledged */
};

/* Sequence numbers wrap, so only differences are compared. */
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

/* Makes the empty table; 0 or -errno. connections_release() forgets all connections. */
int connections_init(void);
void connections_release(void);

/* Return the flow of a packet that goes to the machine, or comes from the machine. */
struct flow flow_to_machine(const struct packet *packet);
struct flow flow_from_machine(const struct packet *packet);

struct connection *connection_find(const struct flow *flow);

/*
 * Makes a connection, and forgets an older one of the same flow; NULL if the table is full. The
 * connection's timer calls @time_over.
 */
struct connection *connection_new(const struct flow *flow, bool v6,
				  void (*time_over)(struct loop_timer *timer));
void connection_forget(struct connection *connection);

/* Marks the connection as due. */
void connection_set_due(struct connection *connection);

/* Returns a connection that was due, and marks it as no longer due; NULL if none was due. */
struct connection *connection_next_due(void);

#endif /* CONNECTION_H */
