/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fdb.h - which address is behind which port: the forwarding table
 */
#ifndef FDB_H
#define FDB_H

#include <stdbool.h>
#include <stdint.h>

struct fdb;

struct fdb_entry {
	uint8_t mac[6];
	uint16_t vlan;
	uint16_t port;
	uint32_t age;		/* seconds since it was last seen */
};

/*
 * fdb_create - a table of at most @max entries; no port gets more than half of them.
 * A thread of its own forgets what was not seen for @age_limit seconds.
 */
struct fdb *fdb_create(uint32_t max, uint32_t age_limit);
void fdb_destroy(struct fdb *fdb);

/* fdb_set_age - another limit, from the next round on. */
void fdb_set_age(struct fdb *fdb, uint32_t age_limit);

/*
 * fdb_learn - @mac in @vlan is behind @port. Nothing happens when the table is full: such
 * frames are flooded. fdb_find - its port, or -1.
 */
void fdb_learn(struct fdb *fdb, const uint8_t *mac, uint16_t vlan, uint16_t port);
int fdb_find(struct fdb *fdb, const uint8_t *mac, uint16_t vlan);

/* fdb_forget_port - all that is behind @port; 0: everything. */
void fdb_forget_port(struct fdb *fdb, uint16_t port);

uint32_t fdb_count(struct fdb *fdb);
uint64_t fdb_refused(struct fdb *fdb);		/* learnings that found the table full */
void fdb_walk(struct fdb *fdb, void (*fn)(const struct fdb_entry *entry, void *arg), void *arg);

#endif /* FDB_H */
