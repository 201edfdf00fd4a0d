// SPDX-License-Identifier: GPL-2.0-only
/*
 * connection.c - keep a bounded table of the TCP connections that local_ack.c knows, by flow
 *
 * When the table is full, a new connection replaces an old one on which the machine has never
 * answered or has been silent for IDLE. Of these, it replaces the one that has been unused for
 * longest. No other connection may be forgotten: libslirp would take the machine's scaled windows
 * for tiny ones. If no entry can be replaced, the new connection gets none and goes through
 * unchanged, without scaling.
 *
 * The table is a cds_lfht as in the switch (fdb.c), but only the thread of the event loop uses
 * it. So an entry can be freed at once. The size of the table is fixed: a table that grows needs a
 * helper thread, which the sandbox forbids.
 *
 * local_ack.c is the only caller.
 */
#define _LGPL_SOURCE
#include "uplink/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "common/bytes.h"
#include "uplink/kept.h"

#define IDLE (7200 * SECOND_NS)

enum { REPLACE_TRIES = 64 };

static struct cds_lfht *table;
static unsigned int nr_connections;
static CDS_LIST_HEAD(recent);
static CDS_LIST_HEAD(due);

struct flow flow_to_machine(const struct packet *packet)
{
	struct flow flow = { .far_port = packet->source, .near_port = packet->port };

	memcpy(flow.far, packet->from, 16);
	memcpy(flow.near, packet->to, 16);
	return flow;
}

struct flow flow_from_machine(const struct packet *packet)
{
	struct flow flow = { .far_port = packet->port, .near_port = packet->source };

	memcpy(flow.far, packet->to, 16);
	memcpy(flow.near, packet->from, 16);
	return flow;
}

static int flow_match(struct cds_lfht_node *node, const void *key)
{
	const struct connection *connection = container_of(node, struct connection, node);

	return !memcmp(&connection->flow, key, sizeof(struct flow));
}

struct connection *connection_find(const struct flow *flow)
{
	struct connection *connection = NULL;
	struct cds_lfht_node *node;
	struct cds_lfht_iter iter;

	rcu_read_lock();
	cds_lfht_lookup(table, hash_bytes(flow, sizeof(*flow)), flow_match, flow, &iter);
	node = cds_lfht_iter_get_node(&iter);
	rcu_read_unlock();
	if (!node)
		return NULL;
	connection = container_of(node, struct connection, node);
	cds_list_move(&connection->used, &recent);
	return connection;
}

void connection_forget(struct connection *connection)
{
	loop_timer_set(&connection->timer, 0);
	kept_clear(connection);
	if (connection->due)
		cds_list_del(&connection->due_link);
	cds_list_del(&connection->used);
	rcu_read_lock();
	cds_lfht_del(table, &connection->node);
	rcu_read_unlock();
	nr_connections--;
	free(connection);
}

static bool is_replaceable(const struct connection *connection)
{
	return connection->una == connection->acked &&
	       (connection->edge == connection->una ||
		loop_now() - connection->silent_since > IDLE);
}

/* Forgets the oldest replaceable connection. False: none of the REPLACE_TRIES oldest is one. */
static bool oldest_forget(void)
{
	struct connection *connection;
	int tries = REPLACE_TRIES;

	cds_list_for_each_entry_reverse(connection, &recent, used) {
		if (!tries--)
			return false;
		if (is_replaceable(connection)) {
			connection_forget(connection);
			return true;
		}
	}
	return false;
}

struct connection *connection_new(const struct flow *flow, bool v6,
				  void (*time_over)(struct loop_timer *timer))
{
	struct connection *connection = connection_find(flow);

	if (connection)
		connection_forget(connection);
	else if (nr_connections == CONNECTIONS_MAX && !oldest_forget())
		return NULL;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return NULL;
	connection->flow = *flow;
	connection->v6 = v6;
	connection->scale = -1;
	CDS_INIT_LIST_HEAD(&connection->kept);
	connection->allowance = AHEAD_MAX;
	connection->silent_since = loop_now();
	connection->timer.fire = time_over;
	cds_list_add(&connection->used, &recent);
	cds_lfht_node_init(&connection->node);
	rcu_read_lock();
	cds_lfht_add(table, hash_bytes(flow, sizeof(*flow)), &connection->node);
	rcu_read_unlock();
	nr_connections++;
	return connection;
}

void connection_set_due(struct connection *connection)
{
	if (!connection->due)
		cds_list_add_tail(&connection->due_link, &due);
	connection->due = true;
}

struct connection *connection_next_due(void)
{
	struct connection *connection;

	if (cds_list_empty(&due))
		return NULL;
	connection = cds_list_first_entry(&due, struct connection, due_link);
	cds_list_del(&connection->due_link);
	connection->due = false;
	return connection;
}

int connections_init(void)
{
	rcu_register_thread();
	table = cds_lfht_new(CONNECTIONS_MAX, CONNECTIONS_MAX, CONNECTIONS_MAX, 0, NULL);
	return table ? 0 : -ENOMEM;
}

void connections_release(void)
{
	while (!cds_list_empty(&recent))
		connection_forget(cds_list_first_entry(&recent, struct connection, used));
	cds_lfht_destroy(table, NULL);
	table = NULL;
}
