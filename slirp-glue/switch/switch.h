/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.h - forward frames between ports
 */
#ifndef SWITCH_H
#define SWITCH_H

#include <stdbool.h>
#include <stdint.h>
#include "switch/fdb.h"
#include "switch/port.h"

enum {
	FDB_MAX = 4096,			/* default: addresses in the forwarding table */
	FDB_AGE = 300,			/* default: seconds until an unused address is forgotten */
};

/* The switch of this process. */
struct switch_state {
	struct fdb *fdb;
	bool hub;			/* every frame goes to all ports */
	uint32_t age;			/* seconds */
	uint32_t fdb_max;
	uint64_t flooded, forwarded;	/* frames */
};
extern struct switch_state the_switch;

/*
 * Starts forwarding, with room for @fdb_max addresses. Must be called after loop_init(). 0 or
 * -errno.
 */
int switch_init(uint32_t fdb_max);
void switch_release(void);

void switch_set_hub(bool hub);
void switch_set_age(uint32_t seconds);

/* Forgets all addresses that were learned. */
void switch_forget(void);

#endif /* SWITCH_H */
