/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fdb.h - keep the forwarding table: which address is behind which port
 *
 * All functions are called by the thread that runs the event loop.
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
	uint32_t age;		/* seconds since the address was last seen */
};

/*
 * Makes a table of at most @max addresses, at most half of them for one port; NULL if memory is
 * short. A thread of the table forgets addresses that have not been seen for @age_limit seconds.
 */
struct fdb *fdb_create(uint32_t max, uint32_t age_limit);
void fdb_destroy(struct fdb *fdb);

/* Sets another age limit, which applies within a second. */
void fdb_set_age(struct fdb *fdb, uint32_t age_limit);

/*
 * Notes that @mac in @vlan is behind @port. A new address is not learned when the table, or the
 * half of it that @port may use, is full.
 */
void fdb_learn(struct fdb *fdb, const uint8_t *mac, uint16_t vlan, uint16_t port);

/* Returns the port of @mac in @vlan, or -1. */
int fdb_find(struct fdb *fdb, const uint8_t *mac, uint16_t vlan);

/* Forgets the addresses behind @port; 0: all addresses. */
void fdb_forget_port(struct fdb *fdb, uint16_t port);

uint32_t fdb_count(struct fdb *fdb);

/* Returns how often fdb_learn() did not learn an address because the table was full. */
uint64_t fdb_refused(struct fdb *fdb);

void fdb_walk(struct fdb *fdb, void (*fn)(const struct fdb_entry *entry, void *arg), void *arg);

#endif /* FDB_H */
