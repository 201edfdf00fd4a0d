// SPDX-License-Identifier: GPL-2.0-only
/*
 * stp.c - spanning tree: decide which ports forward, so that no frame travels in a loop
 *
 * Theory of operation
 *
 * The protocol is that of IEEE 802.1D-1998. Bridges send each other configuration messages. A
 * message is a vector (root, cost of the path to it, sender, sender's port), and of two vectors
 * the smaller one is better. Each port keeps the best vector that it has received, for MAX_AGE
 * seconds. A port has one of three roles:
 *   root port   its vector, with the cost of its link added, is the best of all ports and
 *               better than "this bridge is the root"
 *   designated  this bridge's vector would be the best on the link: the port sends this vector
 *   blocked     any other port: another bridge serves the link, and forwarding would close a
 *               loop
 * elect() computes the roles after every event. No other function changes them.
 *
 * States of a port:
 *   BLOCKING    of a new port, and entered by elect() for blocked ports; only receives messages
 *   LISTENING   entered by elect() for root and designated ports; left after `delay` seconds
 *   LEARNING    learns addresses; left after `delay` seconds
 *   FORWARDING  forwards frames
 * When a port starts or stops forwarding, the bridge notifies the root. The root then sets a flag
 * in its messages, and every bridge that receives the flag forgets its addresses.
 *
 * Known limits: there are no rapid transitions, so a new port forwards after twice `delay`, and
 * there is one tree for all VLANs.
 *
 * Called by switch.c and by commands; runs in the switch's event loop.
 */
#include "switch/stp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "switch/port.h"

enum {
	BRIDGE_ID = 8,
	LLC_AT = 14,
	BPDU_AT = 17,			/* destination, source, length, 3 bytes of LLC */
	CONFIG_SIZE = 35,
	NOTIFICATION_SIZE = 4,
	TYPE_CONFIG = 0,
	TYPE_RAPID = 2,			/* the first 35 bytes are those of TYPE_CONFIG */
	TYPE_NOTIFICATION = 0x80,
	FLAG_CHANGE = 0x01,
	FLAG_ACK = 0x80,
	LINK_COST = 4,			/* of a link with 1 Gbit/s */
	MAX_AGE = 20,
	HELLO = 2,
};

struct vector {
	uint8_t root[BRIDGE_ID];
	uint32_t cost;
	uint8_t bridge[BRIDGE_ID];
	uint16_t port;
};

enum role { ROLE_BLOCKED, ROLE_ROOT, ROLE_DESIGNATED };

struct stp_port {
	struct port *port;
	struct cds_list_head link;	/* in stp.ports */
	struct vector heard;
	uint64_t heard_until;		/* when `heard` expires; 0: nothing was received */
	uint64_t heard_age;		/* ns from the root's message until `heard` arrived */
	uint64_t state_until;
	enum role role;
	bool acknowledge;		/* the next message acknowledges a notification */
};

static struct {
	bool on;
	uint8_t id[BRIDGE_ID];
	unsigned int delay;
	struct cds_list_head ports;
	struct stp_port *root_port;	/* NULL: this bridge is the root */
	uint8_t root[BRIDGE_ID];
	uint32_t cost;
	uint64_t changed_until;		/* as the root, announce a change until then */
	bool notify;			/* notify the root until it acknowledges */
	bool root_says_change;
	struct loop_timer timer;
	void (*forget_addresses)(void);
} stp = {
	.id = { 0x80, 0x00 },
	.delay = 15,
	.ports = CDS_LIST_HEAD_INIT(stp.ports),
};

#define for_each_stp_port(p) cds_list_for_each_entry(p, &stp.ports, link)

static int vector_compare(const struct vector *a, const struct vector *b)
{
	int order = memcmp(a->root, b->root, BRIDGE_ID);

	if (!order)
		order = a->cost < b->cost ? -1 : a->cost > b->cost;
	if (!order)
		order = memcmp(a->bridge, b->bridge, BRIDGE_ID);
	if (!order)
		order = (int)a->port - b->port;
	return order;
}

static uint16_t port_id(const struct stp_port *p)
{
	return 0x8000 | p->port->number;
}

/* Computes the vector that this bridge would send on that port. */
static void vector_ours(const struct stp_port *p, struct vector *ours)
{
	memcpy(ours->root, stp.root, BRIDGE_ID);
	ours->cost = stp.cost;
	memcpy(ours->bridge, stp.id, BRIDGE_ID);
	ours->port = port_id(p);
}

/* ---- messages ------------------------------------------------------------- */

static void bpdu_send(struct stp_port *p, const uint8_t *bpdu, size_t size)
{
	struct frame *frame = frame_new(FRAME_SMALL);

	if (!frame)
		return;
	memset(frame->data, 0, 60);
	memcpy(frame->data, "\x01\x80\xc2\x00\x00\x00", 6);
	memcpy(frame->data + 6, stp.id + 2, 6);
	put16(frame->data + 12, size + 3);
	memcpy(frame->data + LLC_AT, "\x42\x42\x03", 3);
	memcpy(frame->data + BPDU_AT, bpdu, size);
	frame->size = 60;
	port_send(p->port, frame);
	frame_put(frame);
}

static void config_send(struct stp_port *p)
{
	uint8_t bpdu[CONFIG_SIZE] = { 0 };
	struct stp_port *root = stp.root_port;
	uint64_t age = 0;
	bool change = root ? stp.root_says_change : loop_now() < stp.changed_until;

	/* The age grows by the time since `heard` arrived, and by a second for this bridge. */
	if (root)
		age = root->heard_age + loop_now() -
		      (root->heard_until - (MAX_AGE * SECOND_NS - root->heard_age)) + SECOND_NS;
	if (age >= MAX_AGE * SECOND_NS)
		return;
	bpdu[4] = (change ? FLAG_CHANGE : 0) | (p->acknowledge ? FLAG_ACK : 0);
	p->acknowledge = false;
	memcpy(bpdu + 5, stp.root, BRIDGE_ID);
	put32(bpdu + 13, stp.cost);
	memcpy(bpdu + 17, stp.id, BRIDGE_ID);
	put16(bpdu + 25, port_id(p));
	put16(bpdu + 27, age * 256 / SECOND_NS);
	put16(bpdu + 29, MAX_AGE * 256);
	put16(bpdu + 31, HELLO * 256);
	put16(bpdu + 33, stp.delay * 256);
	bpdu_send(p, bpdu, sizeof(bpdu));
}

static void configs_send(void)
{
	struct stp_port *p;

	for_each_stp_port(p)
		if (p->role == ROLE_DESIGNATED)
			config_send(p);
}

static void notification_send(void)
{
	static const uint8_t bpdu[NOTIFICATION_SIZE] = { 0, 0, 0, TYPE_NOTIFICATION };

	if (stp.root_port)
		bpdu_send(stp.root_port, bpdu, sizeof(bpdu));
}

/* ---- roles and states ----------------------------------------------------- */

static void topology_changed(void)
{
	stp.forget_addresses();
	if (stp.root_port) {
		stp.notify = true;
		notification_send();
	} else {
		stp.changed_until = loop_now() + (MAX_AGE + stp.delay) * SECOND_NS;
	}
}

static void state_set(struct stp_port *p, enum port_stp state)
{
	bool was_forwarding = p->port->stp == PORT_FORWARDING;

	if (p->port->stp == state)
		return;
	p->port->stp = state;
	p->state_until = loop_now() + stp.delay * SECOND_NS;
	if (was_forwarding || state == PORT_FORWARDING)
		topology_changed();
}

/* Finds the best path to a root: sets root, cost and root_port. */
static void root_choose(void)
{
	struct stp_port *p;
	struct vector best;

	memcpy(best.root, stp.id, BRIDGE_ID);
	best.cost = 0;
	memcpy(best.bridge, stp.id, BRIDGE_ID);
	best.port = 0;
	stp.root_port = NULL;
	for_each_stp_port(p) {
		struct vector path = p->heard;

		if (!p->heard_until || !memcmp(path.bridge, stp.id, BRIDGE_ID))
			continue;
		path.cost += LINK_COST;
		if (vector_compare(&path, &best) < 0) {
			best = path;
			stp.root_port = p;
		}
	}
	memcpy(stp.root, best.root, BRIDGE_ID);
	stp.cost = best.cost;
}

static void elect(void)
{
	struct stp_port *p;

	root_choose();
	for_each_stp_port(p) {
		struct vector ours;

		vector_ours(p, &ours);
		if (p == stp.root_port)
			p->role = ROLE_ROOT;
		else if (!p->heard_until || vector_compare(&ours, &p->heard) < 0)
			p->role = ROLE_DESIGNATED;
		else
			p->role = ROLE_BLOCKED;
		if (p->role == ROLE_BLOCKED)
			state_set(p, PORT_BLOCKING);
		else if (p->port->stp == PORT_BLOCKING)
			state_set(p, PORT_LISTENING);
	}
}

static void tick(struct loop_timer *timer)
{
	static unsigned int count;
	uint64_t now = loop_now();
	struct stp_port *p;
	bool lost = false;

	for_each_stp_port(p) {
		if (p->heard_until && p->heard_until <= now) {
			p->heard_until = 0;
			lost = true;
		}
		if (p->state_until > now || p->role == ROLE_BLOCKED)
			continue;
		if (p->port->stp == PORT_LISTENING)
			state_set(p, PORT_LEARNING);
		else if (p->port->stp == PORT_LEARNING)
			state_set(p, PORT_FORWARDING);
	}
	if (lost)
		elect();
	if (++count % HELLO == 0) {
		if (!stp.root_port)
			configs_send();
		else if (stp.notify)
			notification_send();
	}
	loop_timer_set(timer, now + SECOND_NS);
}

/* ---- receiving ------------------------------------------------------------ */

bool stp_is_bpdu(const struct frame *frame)
{
	return !memcmp(frame->data, "\x01\x80\xc2\x00\x00\x00", 6) &&
	       frame->size >= BPDU_AT + NOTIFICATION_SIZE &&
	       !memcmp(frame->data + LLC_AT, "\x42\x42\x03", 3);
}

static void config_receive(struct stp_port *p, const uint8_t *bpdu)
{
	struct vector vector, ours;
	uint64_t age = get16(bpdu + 27) * SECOND_NS / 256;

	memcpy(vector.root, bpdu + 5, BRIDGE_ID);
	vector.cost = get32(bpdu + 13) & 0x7fffffff;
	memcpy(vector.bridge, bpdu + 17, BRIDGE_ID);
	vector.port = get16(bpdu + 25);
	if (age >= MAX_AGE * SECOND_NS)
		return;
	vector_ours(p, &ours);
	/* A worse vector replaces the previous one only if both have the same sender. */
	if (p->heard_until && vector_compare(&vector, &p->heard) > 0 &&
	    (memcmp(vector.bridge, p->heard.bridge, BRIDGE_ID) || vector.port != p->heard.port)) {
		if (p->role == ROLE_DESIGNATED && vector_compare(&ours, &vector) < 0)
			config_send(p);
		return;
	}
	p->heard = vector;
	p->heard_age = age;
	p->heard_until = loop_now() + MAX_AGE * SECOND_NS - age;
	elect();
	if (p == stp.root_port) {
		bool change = bpdu[4] & FLAG_CHANGE;

		if (bpdu[4] & FLAG_ACK)
			stp.notify = false;
		if (change && !stp.root_says_change)
			stp.forget_addresses();
		stp.root_says_change = change;
		configs_send();
	} else if (p->role == ROLE_DESIGNATED) {
		config_send(p);
	}
}

void stp_receive(struct port *port, const struct frame *frame)
{
	const uint8_t *bpdu = frame->data + BPDU_AT;
	struct stp_port *p = port->stp_port;

	if (!p || get16(bpdu) != 0)
		return;
	if (bpdu[3] == TYPE_NOTIFICATION) {
		if (p->role == ROLE_DESIGNATED) {
			p->acknowledge = true;
			config_send(p);
			topology_changed();
		}
	} else if ((bpdu[3] == TYPE_CONFIG || bpdu[3] == TYPE_RAPID) &&
		   frame->size >= BPDU_AT + CONFIG_SIZE) {
		config_receive(p, bpdu);
	}
}

/* ---- ports and settings --------------------------------------------------- */

static void port_add(struct port *port)
{
	struct stp_port *p = calloc(1, sizeof(*p));

	if (!p)
		return;
	p->port = port;
	cds_list_add(&p->link, &stp.ports);
	port->stp_port = p;
	port->stp = PORT_BLOCKING;
	elect();
	if (p->role == ROLE_DESIGNATED)
		config_send(p);
}

static void port_remove(struct port *port)
{
	struct stp_port *p = port->stp_port;

	cds_list_del(&p->link);
	if (stp.root_port == p)
		stp.root_port = NULL;
	port->stp_port = NULL;
	port->stp = PORT_FORWARDING;
	free(p);
	elect();
	topology_changed();
}

void stp_port_changed(struct port *port)
{
	bool wanted = stp.on && port->kind && port->up;

	if (wanted && !port->stp_port)
		port_add(port);
	else if (!wanted && port->stp_port)
		port_remove(port);
}

/* Makes a bridge address that no machine has: locally administered, different in each process. */
static void id_make(void)
{
	uint64_t number = loop_now_exact() ^ (uint64_t)(uintptr_t)&stp;

	stp.id[2] = 0x02;
	for (int i = 3; i < BRIDGE_ID; i++, number >>= 8)
		stp.id[i] = number;
}

void stp_init(void (*forget_addresses)(void))
{
	stp.forget_addresses = forget_addresses;
}

bool stp_is_on(void)
{
	return stp.on;
}

void stp_set(bool on)
{
	struct port *port = NULL;

	if (on == stp.on)
		return;
	if (on && !stp.id[2])
		id_make();
	memcpy(stp.root, stp.id, BRIDGE_ID);
	stp.on = on;
	stp.notify = stp.root_says_change = false;
	while ((port = port_next(port)))
		stp_port_changed(port);
	stp.timer.fire = tick;
	loop_timer_set(&stp.timer, on ? loop_now() + SECOND_NS : 0);
}

void stp_set_priority(uint16_t priority)
{
	put16(stp.id, priority);
	if (stp.on)
		elect();
}

void stp_set_delay(unsigned int seconds)
{
	stp.delay = seconds;
}

const char *stp_state_name(const struct port *port)
{
	static const char *const names[] = {
		[PORT_FORWARDING] = "forwarding", [PORT_LEARNING] = "learning",
		[PORT_LISTENING] = "listening", [PORT_BLOCKING] = "blocking",
	};

	return names[port->stp];
}

static void id_describe(const uint8_t *id, char *text, size_t size)
{
	snprintf(text, size, "%u/%02x:%02x:%02x:%02x:%02x:%02x", get16(id), id[2], id[3], id[4],
		 id[5], id[6], id[7]);
}

void stp_describe(char *text, size_t size)
{
	char own[40], root[40];

	id_describe(stp.id, own, sizeof(own));
	id_describe(stp.root, root, sizeof(root));
	if (stp.root_port)
		snprintf(text, size, "on, bridge %s, root %s through port %u at cost %u", own, root,
			 stp.root_port->port->number, stp.cost);
	else
		snprintf(text, size, "on, bridge %s, the root", own);
}
