// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch.c - forwarding between ports
 *
 * Theory of operation
 *
 * One thread moves frames: the event loop (loop.c) finds a readable port, port.c takes a
 * batch from it, each frame comes here, and what goes out is handed over after the batch.
 * A second thread ages the table (fdb.c).
 *
 *   1. Which VLAN? An access port has one, its frames carry no tag. Any other port is a
 *      trunk: the tag says it, frames without tag belong to the port's own VLAN (0 if
 *      none was set). A new port is a trunk for everything, so an untouched switch
 *      passes tags as if it knew nothing of them.
 *   2. Learn the source, unless we are a hub or the source is a group address.
 *   3. Known destination: to that port. Group, unknown, or hub: to all but the one it
 *      came from. Spanning tree, isolation, VLAN membership and cut cables take ports out.
 *
 * Spanning tree's frames go to stp.c when it is on; otherwise they are passed on like a
 * hub does, so that bridges in the machines find each other through us.
 */
#include "switch/switch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switch/capture.h"
#include "switch/stp.h"

struct switch_state the_switch = { .age = FDB_AGE };

static bool vlan_allowed(const struct port *port, uint16_t vlan)
{
	if (vlan == port->vlan)
		return true;
	if (port->access)
		return false;
	return !port->allowed || port->allowed[vlan / 8] & 1 << vlan % 8;
}

/* Finds out the frame's VLAN. False: the port is not for it. */
static bool vlan_classify(const struct port *port, struct frame *frame)
{
	uint16_t tag = 0;

	frame->tagged = false;
	if (frame->size >= FRAME_MIN + TAG_SIZE && get16(frame->data + 12) == 0x8100) {
		tag = get16(frame->data + 14) & 0xfff;
		frame->tagged = true;
	}
	frame->vlan = tag ? tag : port->vlan;
	return frame->vlan <= VLAN_MAX && vlan_allowed(port, frame->vlan);
}

static void output(struct port *from, struct port *to, struct frame *frame)
{
	if (to == from || !to->kind || !to->up || to->stp != PORT_FORWARDING ||
	    (from->isolated && to->isolated) || !vlan_allowed(to, frame->vlan))
		return;
	if (capture_wanted())
		capture_frame(to->number, false, frame);
	port_send(to, frame);
}

void switch_input(struct port *port, struct frame *frame)
{
	const uint8_t *to = frame->data, *source = frame->data + 6;
	int known = -1;

	if (!port->up)
		return;
	if (capture_wanted())
		capture_frame(port->number, true, frame);
	if (the_switch.stp && stp_is_bpdu(frame)) {
		stp_receive(port, frame);
		return;
	}
	if (source[0] & 1) {
		port->counters.malformed++;
		return;
	}
	if (!vlan_classify(port, frame) || port->stp == PORT_BLOCKING ||
	    port->stp == PORT_LISTENING) {
		port->counters.foreign++;
		return;
	}
	if (!the_switch.hub) {
		fdb_learn(the_switch.fdb, source, frame->vlan, port->number);
		if (!(to[0] & 1))
			known = fdb_find(the_switch.fdb, to, frame->vlan);
	}
	if (port->stp == PORT_LEARNING)
		return;
	if (known >= 0) {
		the_switch.forwarded++;
		output(port, port_get(known), frame);
		return;
	}
	the_switch.flooded++;
	for (unsigned int i = 0; i < port_nr_active(); i++)
		output(port, port_active(i), frame);
}

static void changed(struct port *port)
{
	if (!port->kind || !port->up)
		fdb_forget_port(the_switch.fdb, port->number);
	stp_port_changed(port);
}

int switch_init(uint32_t fdb_max)
{
	the_switch.fdb_max = fdb_max;
	the_switch.fdb = fdb_create(fdb_max, the_switch.age);
	if (!the_switch.fdb)
		return -ENOMEM;
	port_input = switch_input;
	port_changed = changed;
	loop_after(ports_flush);
	return 0;
}

void switch_release(void)
{
	stp_set(false);
	ports_release();
	capture_release();
	fdb_destroy(the_switch.fdb);
	the_switch.fdb = NULL;
}

int switch_parse_vlans(const char *text, uint8_t *allowed)
{
	memset(allowed, 0, VLAN_MAP_SIZE);
	if (!strcmp(text, "none"))
		return 0;
	if (!strcmp(text, "all")) {
		memset(allowed, 0xff, VLAN_MAP_SIZE);
		return 0;
	}
	for (;;) {
		char *end;
		unsigned long first, last;

		if (*text < '0' || *text > '9')
			return -EINVAL;
		first = last = strtoul(text, &end, 10);
		if (*end == '-') {
			text = end + 1;
			if (*text < '0' || *text > '9')
				return -EINVAL;
			last = strtoul(text, &end, 10);
		}
		if (first < 1 || last > VLAN_MAX || first > last)
			return -EINVAL;
		for (; first <= last; first++)
			allowed[first / 8] |= 1 << first % 8;
		if (!*end)
			return 0;
		if (*end != ',')
			return -EINVAL;
		text = end + 1;
	}
}
