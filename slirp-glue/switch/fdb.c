// SPDX-License-Identifier: GPL-2.0-only
/*
 * fdb.c - keep the forwarding table: which address is behind which port
 *
 * Theory of operation
 *
 * The table is a lock-free hash table of liburcu (cds_lfht, flavour memb). The key is one
 * number made of the 48 bits of the address and the 12 bits of the VLAN. The forwarding thread
 * looks up and learns. The ageing thread walks the table once a second and removes old entries.
 * Neither thread waits for the other.
 *
 *   - A reader may find any entry that the address has had since the lookup began. The address and
 *     the VLAN of an entry never change. An address that has moved gets a new entry in place of
 *     the old one (add_replace). Only `seen` is written in place.
 *   - The thread that removes an entry frees it after a grace period (call_rcu) and corrects the
 *     counts. If two threads remove the same entry, cds_lfht_del() succeeds for one of them.
 *
 * There are at most `max` entries, and at most half of them are for one port. So a machine that
 * invents addresses can neither use up memory nor displace the addresses of other machines.
 *
 * Called by switch.c and by the commands that change ports, on the thread that runs the switch's
 * event loop, which is the forwarding thread.
 */
#define _LGPL_SOURCE
#define URCU_API_MAP
#include "switch/fdb.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <urcu/urcu-memb.h>
#include <urcu/rculfhash.h>

enum { NR_PORT_NUMBERS = 65536 };

struct node {
	struct cds_lfht_node link;
	struct rcu_head rcu;
	uint64_t key;
	uint16_t port;
	uint32_t seen;			/* in seconds of the monotonic clock */
};

struct fdb {
	struct cds_lfht *table;
	uint32_t max;
	uint32_t age_limit;
	uint32_t count;
	uint64_t refused;
	uint32_t per_port[NR_PORT_NUMBERS];
	pthread_t ager;
	pthread_mutex_t lock;
	pthread_cond_t ending;
	bool end;
};

static __thread bool registered;

static void reader_register(void)
{
	if (!registered) {
		rcu_register_thread();
		registered = true;
	}
}

static uint32_t seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return time.tv_sec;
}

static uint64_t key_of(const uint8_t *mac, uint16_t vlan)
{
	uint64_t key = vlan;

	for (int i = 0; i < 6; i++)
		key = key << 8 | mac[i];
	return key;
}

/* Uses Fibonacci hashing. The high bits are folded down because the table uses the low ones. */
static unsigned long hash_of(uint64_t key)
{
	key *= 0x9e3779b97f4a7c15ULL;
	return key ^ key >> 32;
}

static int node_match(struct cds_lfht_node *link, const void *key)
{
	return caa_container_of(link, struct node, link)->key == *(const uint64_t *)key;
}

static void node_free(struct rcu_head *rcu)
{
	free(caa_container_of(rcu, struct node, rcu));
}

/* Returns the entry with this key, or NULL. The caller is in a read-side section. */
static struct node *node_find(struct fdb *fdb, uint64_t key)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *link;

	cds_lfht_lookup(fdb->table, hash_of(key), node_match, &key, &iter);
	link = cds_lfht_iter_get_node(&iter);
	return link ? caa_container_of(link, struct node, link) : NULL;
}

static void node_uncount(struct fdb *fdb, const struct node *node)
{
	uatomic_dec(&fdb->count);
	uatomic_dec(&fdb->per_port[node->port]);
}

/* Removes the entry, unless it is gone already. The caller is in a read-side section. */
static void node_remove(struct fdb *fdb, struct node *node)
{
	if (cds_lfht_del(fdb->table, &node->link))
		return;
	node_uncount(fdb, node);
	call_rcu(&node->rcu, node_free);
}

static void nodes_age(struct fdb *fdb)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *link;
	uint32_t limit = CMM_LOAD_SHARED(fdb->age_limit), now = seconds();

	rcu_read_lock();
	for (cds_lfht_first(fdb->table, &iter); (link = cds_lfht_iter_get_node(&iter));
	     cds_lfht_next(fdb->table, &iter)) {
		struct node *node = caa_container_of(link, struct node, link);

		if (now - CMM_LOAD_SHARED(node->seen) > limit)
			node_remove(fdb, node);
	}
	rcu_read_unlock();
}

static void *ager(void *arg)
{
	struct fdb *fdb = arg;
	struct timespec next;

	rcu_register_thread();
	pthread_mutex_lock(&fdb->lock);
	while (!fdb->end) {
		clock_gettime(CLOCK_REALTIME, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&fdb->ending, &fdb->lock, &next);
		nodes_age(fdb);
	}
	pthread_mutex_unlock(&fdb->lock);
	rcu_unregister_thread();
	return NULL;
}

struct fdb *fdb_create(uint32_t max, uint32_t age_limit)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));
	sigset_t all, old;
	int error;

	if (!fdb)
		return NULL;
	fdb->max = max;
	fdb->age_limit = age_limit;
	pthread_mutex_init(&fdb->lock, NULL);
	pthread_cond_init(&fdb->ending, NULL);
	reader_register();
	/* Start the thread of call_rcu() now: later the sandbox would forbid it. */
	get_default_call_rcu_data();
	fdb->table = cds_lfht_new(64, 64, 4096, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, NULL);
	if (!fdb->table)
		goto out_free;
	/* Leave signals to the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&fdb->ager, NULL, ager, fdb);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error)
		goto out_table;
	return fdb;

out_table:
	cds_lfht_destroy(fdb->table, NULL);
out_free:
	free(fdb);
	return NULL;
}

void fdb_destroy(struct fdb *fdb)
{
	if (!fdb)
		return;
	pthread_mutex_lock(&fdb->lock);
	fdb->end = true;
	pthread_cond_signal(&fdb->ending);
	pthread_mutex_unlock(&fdb->lock);
	pthread_join(fdb->ager, NULL);
	fdb_forget_port(fdb, 0);
	rcu_barrier();
	cds_lfht_destroy(fdb->table, NULL);
	free(fdb);
}

void fdb_set_age(struct fdb *fdb, uint32_t age_limit)
{
	CMM_STORE_SHARED(fdb->age_limit, age_limit);
}

void fdb_learn(struct fdb *fdb, const uint8_t *mac, uint16_t vlan, uint16_t port)
{
	uint64_t key = key_of(mac, vlan);
	uint32_t now = seconds();
	struct cds_lfht_node *old;
	struct node *node;

	rcu_read_lock();
	node = node_find(fdb, key);
	if (node && node->port == port) {
		if (CMM_LOAD_SHARED(node->seen) != now)
			CMM_STORE_SHARED(node->seen, now);
		goto out;
	}
	if (uatomic_read(&fdb->per_port[port]) >= fdb->max / 2 ||
	    (!node && uatomic_read(&fdb->count) >= fdb->max)) {
		fdb->refused++;
		goto out;
	}
	node = malloc(sizeof(*node));
	if (!node)
		goto out;
	*node = (struct node) { .key = key, .port = port, .seen = now };
	cds_lfht_node_init(&node->link);
	uatomic_inc(&fdb->count);
	uatomic_inc(&fdb->per_port[port]);
	old = cds_lfht_add_replace(fdb->table, hash_of(key), node_match, &key, &node->link);
	if (old) {
		node = caa_container_of(old, struct node, link);
		node_uncount(fdb, node);
		call_rcu(&node->rcu, node_free);
	}
out:
	rcu_read_unlock();
}

int fdb_find(struct fdb *fdb, const uint8_t *mac, uint16_t vlan)
{
	struct node *node;
	int port;

	rcu_read_lock();
	node = node_find(fdb, key_of(mac, vlan));
	port = node ? node->port : -1;
	rcu_read_unlock();
	return port;
}

void fdb_forget_port(struct fdb *fdb, uint16_t port)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *link;

	rcu_read_lock();
	for (cds_lfht_first(fdb->table, &iter); (link = cds_lfht_iter_get_node(&iter));
	     cds_lfht_next(fdb->table, &iter)) {
		struct node *node = caa_container_of(link, struct node, link);

		if (!port || node->port == port)
			node_remove(fdb, node);
	}
	rcu_read_unlock();
}

uint32_t fdb_count(struct fdb *fdb)
{
	return uatomic_read(&fdb->count);
}

uint64_t fdb_refused(struct fdb *fdb)
{
	return fdb->refused;
}

void fdb_walk(struct fdb *fdb, void (*fn)(const struct fdb_entry *entry, void *arg), void *arg)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *link;
	uint32_t now = seconds();

	rcu_read_lock();
	for (cds_lfht_first(fdb->table, &iter); (link = cds_lfht_iter_get_node(&iter));
	     cds_lfht_next(fdb->table, &iter)) {
		const struct node *node = caa_container_of(link, struct node, link);
		struct fdb_entry entry = {
			.vlan = node->key >> 48, .port = node->port,
			.age = now - CMM_LOAD_SHARED(node->seen),
		};

		for (int i = 0; i < 6; i++)
			entry.mac[i] = node->key >> 8 * (5 - i);
		fn(&entry, arg);
	}
	rcu_read_unlock();
}
