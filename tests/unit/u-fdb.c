// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-fdb.c - the forwarding table: learning, bounds, ageing, readers beside a writer
 */
#include "switch/fdb.h"

#include <unistd.h>
#include "tap.h"

static const uint8_t *mac(uint32_t number)
{
	static uint8_t address[6];

	address[0] = 2;
	for (int i = 0; i < 4; i++)
		address[2 + i] = number >> 8 * i;
	return address;
}

static void test_learning(void)
{
	struct fdb *fdb = fdb_create(100, 300);

	is(fdb_find(fdb, mac(1), 0), -1, "an unknown address has no port");
	fdb_learn(fdb, mac(1), 0, 3);
	is(fdb_find(fdb, mac(1), 0), 3, "a learned one has");
	is(fdb_find(fdb, mac(1), 5), -1, "but not in another VLAN");
	fdb_learn(fdb, mac(1), 5, 4);
	ok(fdb_find(fdb, mac(1), 0) == 3 && fdb_find(fdb, mac(1), 5) == 4, "each VLAN learns by itself");
	fdb_learn(fdb, mac(1), 0, 7);
	is(fdb_find(fdb, mac(1), 0), 7, "a machine that moves is found at its new port");
	is(fdb_count(fdb), 2, "and is counted once");
	fdb_forget_port(fdb, 7);
	ok(fdb_find(fdb, mac(1), 0) == -1 && fdb_count(fdb) == 1, "a port's addresses are forgotten with it");
	fdb_destroy(fdb);
}

static void test_bounds(void)
{
	struct fdb *fdb = fdb_create(100, 300);

	for (uint32_t i = 0; i < 100000; i++)
		fdb_learn(fdb, mac(i), 0, 1);
	is(fdb_count(fdb), 50, "a flood of addresses fills half the table");
	ok(fdb_refused(fdb) == 100000 - 50, "the rest is refused and counted");
	fdb_learn(fdb, mac(1 << 20), 0, 2);
	is(fdb_find(fdb, mac(1 << 20), 0), 2, "other ports still learn");
	fdb_destroy(fdb);
}

static void test_ageing(void)
{
	struct fdb *fdb = fdb_create(100, 1);
	int waited;

	fdb_learn(fdb, mac(1), 0, 1);
	for (waited = 0; waited < 100 && fdb_count(fdb); waited++) {
		fdb_learn(fdb, mac(2), 0, 1);
		if (fdb_count(fdb) == 1)
			break;
		usleep(100000);
	}
	is(fdb_find(fdb, mac(1), 0), -1, "what was not seen for its time is forgotten");
	is(fdb_find(fdb, mac(2), 0), 1, "what is seen stays");
	fdb_destroy(fdb);
}

static void walk_count(const struct fdb_entry *entry, void *arg)
{
	int *count = arg;

	*count += entry->port == 9 && entry->mac[0] == 2;
}

static void test_walk(void)
{
	struct fdb *fdb = fdb_create(4096, 300);
	int count = 0;

	for (uint32_t i = 0; i < 1000; i++)
		fdb_learn(fdb, mac(i), i % 5, 9);
	fdb_walk(fdb, walk_count, &count);
	is(count, 1000, "a walk sees every entry, also after the table has grown");
	fdb_forget_port(fdb, 0);
	is(fdb_count(fdb), 0, "everything can be forgotten");
	fdb_destroy(fdb);
}

int main(void)
{
	test_learning();
	test_bounds();
	test_ageing();
	test_walk();
	return tap_done();
}
