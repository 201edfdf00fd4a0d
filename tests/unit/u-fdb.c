// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-fdb.c - test the forwarding table: learning, bounds, ageing, concurrent readers
 *
 * `make check-unit` runs this program on the host.
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
	is(fdb_find(fdb, mac(1), 0), 3, "a learned address has its port");
	is(fdb_find(fdb, mac(1), 5), -1, "an address is unknown in another VLAN");
	fdb_learn(fdb, mac(1), 5, 4);
	ok(fdb_find(fdb, mac(1), 0) == 3 && fdb_find(fdb, mac(1), 5) == 4,
	   "an address can have a different port in each VLAN");
	fdb_learn(fdb, mac(1), 0, 7);
	is(fdb_find(fdb, mac(1), 0), 7, "an address that moves is found at its new port");
	is(fdb_count(fdb), 2, "an address that has moved is counted once");
	fdb_forget_port(fdb, 7);
	ok(fdb_find(fdb, mac(1), 0) == -1 && fdb_count(fdb) == 1,
	   "forgetting a port forgets only its addresses");
	fdb_destroy(fdb);
}

static void test_bounds(void)
{
	struct fdb *fdb = fdb_create(100, 300);

	for (uint32_t i = 0; i < 100000; i++)
		fdb_learn(fdb, mac(i), 0, 1);
	is(fdb_count(fdb), 50, "a flood of addresses at one port fills half the table");
	ok(fdb_refused(fdb) == 100000 - 50, "further addresses are refused and counted");
	fdb_learn(fdb, mac(1 << 20), 0, 2);
	is(fdb_find(fdb, mac(1 << 20), 0), 2, "other ports still learn addresses");
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
	is(fdb_find(fdb, mac(1), 0), -1,
	   "an address that was not seen for the time limit is forgotten");
	is(fdb_find(fdb, mac(2), 0), 1, "an address that is seen again stays");
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
	is(count, 1000, "a walk visits every entry after the table has grown");
	fdb_forget_port(fdb, 0);
	is(fdb_count(fdb), 0, "all addresses can be forgotten at once");
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
