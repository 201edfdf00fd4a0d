// SPDX-License-Identifier: GPL-2.0-only
/*
 * local_ack_table.c - the connections that local_ack.c knows: found by flow, bounded in number
 *
 * When the table is full, the one unused for longest makes room if the machine never answered
 * on it or it has been silent for IDLE. Any other would suffer: to libslirp the machine's
 * scaled windows would seem tiny. The new one then goes without us, and without scaling.
 */
#include "uplink/local_ack_internal.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MAX = 4096 };

#define IDLE (7200 * 1000000000ULL)

GQueue local_ack_due = G_QUEUE_INIT;
static GHashTable *connections;
static GQueue recent = G_QUEUE_INIT;

static guint flow_hash(gconstpointer key)
{
	const uint8_t *at = key;
	guint hash = 2166136261u;

	for (size_t i = 0; i < sizeof(struct flow); i++)
		hash = (hash ^ at[i]) * 16777619;
	return hash;
}

static gboolean flow_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct flow));
}

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

struct connection *connection_find(const struct flow *flow)
{
	struct connection *connection = g_hash_table_lookup(connections, flow);

	if (connection && recent.head != &connection->used) {
		g_queue_unlink(&recent, &connection->used);
		g_queue_push_head_link(&recent, &connection->used);
	}
	return connection;
}

void connection_forget(struct connection *connection)
{
	kept_drop_all(connection);
	loop_timer_set(&connection->timer, 0);
	if (connection->due)
		g_queue_unlink(&local_ack_due, &connection->due_link);
	g_queue_unlink(&recent, &connection->used);
	g_hash_table_remove(connections, &connection->flow);
	free(connection);
}

static bool may_go(const struct connection *connection)
{
	return connection->una == connection->acked &&
	       (connection->edge == connection->una || loop_now() - connection->silent_since > IDLE);
}

/* Of those unused for longest the first that may go; false: none. */
static bool oldest_forget(void)
{
	int tries = 64;

	for (GList *link = recent.tail; link && tries--; link = link->prev) {
		if (may_go(link->data)) {
			connection_forget(link->data);
			return true;
		}
	}
	return false;
}

struct connection *connection_new(const struct flow *flow, bool v6)
{
	struct connection *connection = connection_find(flow);

	if (connection)
		connection_forget(connection);
	else if (g_hash_table_size(connections) == CONNECTIONS_MAX && !oldest_forget())
		return NULL;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return NULL;
	connection->flow = *flow;
	connection->v6 = v6;
	connection->scale = -1;
	connection->kept_end = &connection->kept;
	connection->allowance = AHEAD_MAX;
	connection->silent_since = loop_now();
	connection->timer.fire = kept_time_over;
	connection->used.data = connection->due_link.data = connection;
	g_queue_push_head_link(&recent, &connection->used);
	g_hash_table_insert(connections, &connection->flow, connection);
	return connection;
}

void connection_due(struct connection *connection)
{
	if (!connection->due)
		g_queue_push_tail_link(&local_ack_due, &connection->due_link);
	connection->due = true;
}

void connections_init(void)
{
	connections = g_hash_table_new(flow_hash, flow_equal);
}

void connections_release(void)
{
	while (recent.head)
		connection_forget(recent.head->data);
	g_hash_table_destroy(connections);
	connections = NULL;
}
