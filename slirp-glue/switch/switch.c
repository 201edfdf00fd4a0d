// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch.c - forward frames between ports
 *
 * Theory of operation
 *
 * One thread moves frames. The event loop (loop.c) finds a readable port; port.c receives a batch
 * from the port and calls frame_input() for each frame. Outgoing frames are queued and sent after
 * the batch. A second thread removes old entries from the forwarding table (fdb.c). These steps
 * handle a frame:
 *
 *   1. Find its VLAN. An access port belongs to one VLAN and its frames carry no tag. Any
 *      other port is a trunk: the tag names the VLAN, and frames without tag belong to the
 *      port's own VLAN (0 if none was set). A new port is a trunk for all VLANs, so a switch
 *      without VLAN settings forwards tagged frames unchanged.
 *   2. Learn the source address, unless the switch is a hub. A frame whose source is a group
 *      address is dropped.
 *   3. If the destination is known, send the frame to its port. If the destination is unknown or
 *      a group address, or the switch is a hub, send the frame to all ports except its source.
 *      Spanning tree, isolation, VLAN membership and cut cables exclude ports.
 *
 * Frames of the spanning tree protocol go to stp.c if spanning tree is on. Otherwise these frames
 * are forwarded like any others, so that bridges inside the machines find each other.
 *
 * Started by cli/run_switch.c; then port.c calls it from the event loop.
 */
#include "switch/switch.h"

#include <errno.h>
#include "switch/capture.h"
#include "switch/stp.h"
#include "switch/vlan.h"

struct switch_state the_switch = { .age = FDB_AGE };

static bool vlan_allowed(const struct port *port, uint16_t vlan)
{
	if (vlan == port->vlan)
		return true;
	if (port->access)
		return false;
	return !port->allowed || vlan_map_has(port->allowed, vlan);
}

/* Finds the frame's VLAN. False: the port does not belong to it. */
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

static void frame_output(struct port *from, struct port *to, struct frame *frame)
{
	if (to == from || !to->kind || !to->up || to->stp != PORT_FORWARDING ||
	    (from->isolated && to->isolated) || !vlan_allowed(to, frame->vlan))
		return;
	if (capture_wanted())
		capture_frame(to->number, false, frame);
	port_send(to, frame);
}

static void frame_input(struct port *port, struct frame *frame)
{
	const uint8_t *to = frame->data, *source = frame->data + 6;
	int known = -1;

	if (!port->up)
		return;
	if (capture_wanted())
		capture_frame(port->number, true, frame);
	if (stp_is_on() && stp_is_bpdu(frame)) {
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
		frame_output(port, port_get(known), frame);
		return;
	}
	the_switch.flooded++;
	for (unsigned int i = 0; i < port_nr_active(); i++)
		frame_output(port, port_active(i), frame);
}

static void port_change(struct port *port)
{
	if (!port->kind || !port->up)
		fdb_forget_port(the_switch.fdb, port->number);
	stp_port_changed(port);
}

/* Forgets all addresses: spanning tree has changed paths, so they may be behind other ports. */
static void topology_changed(void)
{
	switch_forget();
}

int switch_init(uint32_t fdb_max)
{
	the_switch.fdb_max = fdb_max;
	the_switch.fdb = fdb_create(fdb_max, the_switch.age);
	if (!the_switch.fdb)
		return -ENOMEM;
	ports_init(frame_input, port_change);
	stp_init(topology_changed);
	loop_after(ports_flush);
	return 0;
}

void switch_set_hub(bool hub)
{
	the_switch.hub = hub;
	switch_forget();
}

void switch_set_age(uint32_t seconds)
{
	the_switch.age = seconds;
	fdb_set_age(the_switch.fdb, seconds);
}

void switch_forget(void)
{
	fdb_forget_port(the_switch.fdb, 0);
}

void switch_release(void)
{
	stp_set(false);
	ports_release();
	capture_release();
	fdb_destroy(the_switch.fdb);
	the_switch.fdb = NULL;
}
