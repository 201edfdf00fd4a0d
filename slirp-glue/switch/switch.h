/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.h - forwarding between ports
 */
#ifndef SWITCH_H
#define SWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "switch/fdb.h"
#include "common/mgmt.h"
#include "switch/port.h"

enum {
	FDB_MAX = 4096,
	FDB_AGE = 300,			/* seconds */
};

/* One switch per process. */
struct switch_state {
	struct fdb *fdb;
	bool hub;			/* every frame goes to all ports */
	bool stp;
	uint32_t age;
	uint32_t fdb_max;
	uint64_t flooded, forwarded;
};
extern struct switch_state the_switch;

int switch_init(uint32_t fdb_max);
void switch_release(void);

/* switch_input - a frame has come in at @port: port_input of port.h. */
void switch_input(struct port *port, struct frame *frame);

/*
 * switch_parse_vlans - "10,20-30", "all" or "none" into the bits of @allowed (VLAN_MAP_SIZE
 * bytes). -EINVAL for anything else.
 */
enum { VLAN_MAP_SIZE = 512 };
int switch_parse_vlans(const char *text, uint8_t *allowed);

/* switch_serve.c: the sockets in the switch's folder. */
int serve_start(const char *folder, unsigned int mode);
void serve_stop(void);

/* switch_mgmt.c: the commands for the running switch. */
extern const struct mgmt_command switch_commands[];

/*
 * switch_link_set - @words are "link", a port's number or name, and settings: all are applied,
 * or none and @error says why. -EINVAL, -ENOMEM.
 */
int switch_link_set(char **words, int nr_words, char *error, size_t error_size);

#endif /* SWITCH_H */
