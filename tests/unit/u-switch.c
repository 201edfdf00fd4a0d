// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-switch.c - forwarding between ports: learning, VLANs, isolation, bad frames, slow peers
 *
 * The switch runs in this process; each port's peer is the other end of a socket pair.
 */
#include "switch/switch.h"

#include <linux/virtio_net.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "switch/vlan.h"
#include "tap.h"

enum { PEERS = 6 };

static const struct port_kind own = { .name = "own", .has_heads = true }, plain = { .name = "plain" };
static int peers[PEERS + 1];		/* our ends, by port number */

static void peer_connect(uint16_t number, const struct port_kind *kind, uint32_t features)
{
	int pair[2];

	if (socketpair(AF_UNIX, kind->has_heads ? SOCK_SEQPACKET : SOCK_DGRAM, 0, pair))
		bail("no socket pair");
	peers[number] = pair[1];
	if (port_connect(port_get(number), kind, pair[0], -1, NULL, features))
		bail("port %u cannot be connected", number);
}

static void turns(void)
{
	for (int i = 0; i < 20; i++)
		loop_turn(false);
}

/* Sends a frame of @size bytes from peer to peer; VLAN 0: no tag. */
static void speak(uint16_t from, uint8_t to, uint16_t vlan, size_t size)
{
	uint8_t message[WIRE_HEAD_SIZE + 70000] = { 0 }, *frame = message;

	if (port_get(from)->kind->has_heads)
		frame += WIRE_HEAD_SIZE;
	memset(frame, to == 255 ? 255 : 0, 6);
	frame[0] |= 2;
	frame[5] = to;
	frame[6] = 2;
	frame[11] = from;
	put16(frame + 12, vlan ? 0x8100 : 0x88b5);
	if (vlan) {
		put16(frame + 14, vlan);
		put16(frame + 16, 0x88b5);
	}
	if (send(peers[from], message, frame - message + size, MSG_DONTWAIT) < 0)
		diag("peer %u cannot send %zu bytes", from, size);
	turns();
}

/* The size of what peer @at received, -1 for nothing; *vlan is the tag's, 0 without. */
static int hear(uint16_t at, uint16_t *vlan)
{
	static uint8_t message[WIRE_HEAD_SIZE + 70000];
	ssize_t size = recv(peers[at], message, sizeof(message), MSG_DONTWAIT);
	const uint8_t *frame = message;

	if (size < 0)
		return -1;
	if (port_get(at)->kind->has_heads) {
		frame += WIRE_HEAD_SIZE;
		size -= WIRE_HEAD_SIZE;
	}
	if (vlan)
		*vlan = get16(frame + 12) == 0x8100 ? get16(frame + 14) & 0xfff : 0;
	return size;
}

/* Who heard something, as bits; everything is taken. */
static unsigned int heard(void)
{
	unsigned int who = 0;

	for (uint16_t i = 1; i <= PEERS; i++)
		while (peers[i] >= 0 && hear(i, NULL) >= 0)
			who |= 1 << i;
	return who;
}

static void test_learning(void)
{
	speak(1, 2, 0, 60);
	is(heard(), 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6, "to an unknown address: everybody but the sender");
	speak(2, 1, 0, 60);
	is(heard(), 1 << 1, "to a known one: there alone");
	speak(3, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 3), "a broadcast goes to everybody");
	speak(1, 1, 0, 60);
	is(heard(), 0, "what is addressed to the sender's own side goes nowhere");
	the_switch.hub = true;
	speak(2, 1, 0, 60);
	is(heard(), 0x7e & ~(1 << 2), "a hub sends everything everywhere");
	the_switch.hub = false;
}

static void test_vlans(void)
{
	uint16_t vlan;

	port_get(1)->access = port_get(2)->access = true;
	port_get(1)->vlan = port_get(2)->vlan = 10;
	port_get(3)->access = true;
	port_get(3)->vlan = 20;
	fdb_forget_port(the_switch.fdb, 0);
	speak(1, 255, 0, 60);
	is(hear(2, &vlan), 60, "the other port of the VLAN hears it");
	is(vlan, 0, "without a tag");
	is(hear(3, NULL), -1, "another VLAN's does not");
	is(hear(4, &vlan), 64, "a trunk hears it");
	is(vlan, 10, "with the tag");
	heard();
	speak(4, 255, 20, 64);
	is(hear(3, &vlan), 60, "a tagged frame of a trunk reaches its VLAN's ports");
	is(vlan, 0, "without the tag");
	is(hear(1, NULL), -1, "and no other");
	is(hear(5, &vlan), 64, "the other trunks get it");
	is(vlan, 20, "as it is");
	heard();
	speak(1, 255, 20, 64);
	is(heard(), 0, "an access port cannot speak in another VLAN");
	ok(port_get(1)->counters.foreign > 0, "what it tries is counted");
	speak(4, 255, 0, 60);
	is(heard() & 0x0e, 0, "untagged frames of a trunk are of no VLAN");

	port_get(5)->allowed = malloc(VLAN_MAP_SIZE);
	vlan_map_parse("10,30-40", port_get(5)->allowed);
	speak(4, 255, 20, 64);
	is(heard() & 1 << 5, 0, "a trunk gets the VLANs that it was given");
	speak(4, 255, 10, 64);
	is(heard() & 1 << 5, 1 << 5, "and no others");
	port_get(5)->vlan = 10;
	speak(4, 255, 10, 64);
	ok(hear(5, &vlan) == 60 && vlan == 0, "its native VLAN goes without tag");
	heard();
	for (int i = 1; i <= 5; i++) {
		port_get(i)->access = false;
		port_get(i)->vlan = 0;
	}
	free(port_get(5)->allowed);
	port_get(5)->allowed = NULL;
}

static void test_lists(void)
{
	static const char *const bad[] = { "", "0", "4095", "1-", "-1", "2-1", "1,,2", "1,", "x", "1-5000" };
	uint8_t map[VLAN_MAP_SIZE];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(vlan_map_parse(bad[i], map), "trunk='%s' is refused", bad[i]);
	ok(!vlan_map_parse("1,5-6,4094", map) && map[0] == 0x62 && map[511] == 0x40, "trunk=1,5-6,4094");
}

static void test_isolation(void)
{
	port_get(1)->isolated = port_get(2)->isolated = true;
	fdb_forget_port(the_switch.fdb, 0);
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "isolated ports do not hear each other");
	speak(3, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 3), "but everybody else");
	port_get(1)->isolated = port_get(2)->isolated = false;
}

static void test_cut(void)
{
	struct wire_link link;
	int size;

	port_set_up(port_get(2), false);
	size = recv(peers[2], &link, sizeof(link), MSG_DONTWAIT);
	ok(size == sizeof(link) && link.head.kind == WIRE_LINK && !link.up, "who loses the cable is told");
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "a cut cable carries nothing to it");
	speak(2, 255, 0, 60);
	is(heard(), 0, "and nothing from it");
	port_set_up(port_get(2), true);
	hear(2, NULL);
	speak(2, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 2), "until it is mended");
}

static void test_bad_frames(void)
{
	struct port_counters *c = &port_get(1)->counters;
	uint8_t group[12 + 60] = { 0 };
	struct wire_head head = { .csum_flags = 1, .sum_from = 9999 };

	memset(c, 0, sizeof(*c));
	speak(1, 255, 0, 13);
	is(c->runts, 1, "a runt is counted and dropped");
	speak(1, 255, 0, 65600);
	is(c->giants, 1, "so is a giant");
	memset(group + 12, 0xff, 12);
	send(peers[1], group, sizeof(group), 0);
	turns();
	is(c->malformed, 1, "so is a sender that is a group");
	memcpy(group, &head, sizeof(head));
	send(peers[1], group, sizeof(group), 0);
	turns();
	is(c->malformed, 2, "and a head that lies");
	is(heard(), 0, "nobody hears any of them");
	speak(1, 255, 0, 9500);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 6), "a frame too big for a classic peer reaches the others");
}

static void test_offload(void)
{
	struct {
		struct wire_head head;
		uint8_t frame[14 + 40 + 4000];
	} giant = {
		.head = { .csum_flags = 1, .gso = VIRTIO_NET_HDR_GSO_TCPV4, .segment = 1000, .sum_from = 34,
			  .sum_at = 16 },
		.frame = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0x0f, 0xc8, [23] = 6,
			   [46] = 0x50 },
	};
	int pieces = 0;

	send(peers[1], &giant, sizeof(giant), 0);
	turns();
	is(hear(2, NULL), sizeof(giant.frame), "who can gets a giant as it is");
	while (hear(6, NULL) == 14 + 40 + 1000)
		pieces++;
	is(pieces, 4, "who cannot gets segments");
	heard();
}

static void test_slow(void)
{
	struct sendq_counters *slow = &port_get(2)->out.counters, *quick = &port_get(3)->out.counters;
	uint64_t before = quick->tx_frames;

	memset(slow, 0, sizeof(*slow));
	for (int i = 0; i < 5000; i++) {
		speak(1, 255, 0, 1000);
		for (int peer = 3; peer <= PEERS; peer++)
			hear(peer, NULL);
	}
	ok(slow->queue_full > 0 && port_get(2)->out.nr_waiting <= PORT_QUEUE, "who does not read loses frames");
	is(quick->tx_frames - before, 5000, "and nobody else does");
	while (hear(2, NULL) >= 0)
		turns();
	is(port_get(2)->out.nr_waiting, 0, "when it reads again its queue drains");
	speak(1, 255, 0, 60);
	ok(heard() & 1 << 2, "and it hears what comes");
}

/* A message of several frames to peer 2, @lie more bytes in the last one's head than there are. */
static void speak_bundle(uint16_t from, const size_t *sizes, int nr, size_t lie)
{
	struct wire_head head = { .kind = WIRE_BUNDLE };
	uint8_t message[4096] = { 0 };
	size_t at = sizeof(head);

	memcpy(message, &head, sizeof(head));
	for (int i = 0; i < nr; i++) {
		uint8_t *frame = message + at + sizeof(head);

		head.kind = sizes[i] + (i == nr - 1 ? lie : 0);
		memcpy(message + at, &head, sizeof(head));
		frame[0] = frame[6] = 2;
		frame[5] = 2;
		frame[11] = from;
		put16(frame + 12, 0x88b5);
		frame[14] = i;
		at += sizeof(head) + sizes[i];
	}
	send(peers[from], message, at, MSG_DONTWAIT);
	turns();
}

/* The sizes of the frames in the one message that peer @at received, and the last byte of their order. */
static int hear_bundle(uint16_t at, size_t *sizes, bool *in_order)
{
	uint8_t message[WIRE_BUNDLE_MAX];
	ssize_t got = recv(peers[at], message, sizeof(message), MSG_DONTWAIT);
	struct wire_head head;
	size_t place = sizeof(head);
	int nr = 0;

	*in_order = true;
	if (got < (ssize_t)sizeof(head) || ((struct wire_head *)message)->kind != WIRE_BUNDLE)
		return 0;
	for (; place + sizeof(head) <= (size_t)got; nr++) {
		memcpy(&head, message + place, sizeof(head));
		place += sizeof(head);
		*in_order &= message[place + 14] == nr;
		place += sizes[nr] = head.kind;
	}
	return place == (size_t)got ? nr : -1;
}

static void test_bundles(void)
{
	static const size_t sizes[] = { 60, 15, 1514 };
	struct port *from = port_get(1);
	uint64_t frames = from->counters.rx_frames, bytes = from->counters.rx_bytes, malformed = from->counters.malformed;
	size_t came[WIRE_BUNDLE_FRAMES];
	bool in_order;

	speak(2, 1, 0, 60);
	heard();
	speak_bundle(1, sizes, 3, 0);
	is(from->counters.rx_frames - frames, 3, "a message of three frames is three frames");
	is(from->counters.rx_bytes - bytes, 60 + 15 + 1514, "of their sizes");
	is(heard(), 1 << 2, "which go where each is addressed to");
	speak_bundle(1, sizes, 3, 1);
	is(from->counters.malformed - malformed, 1, "one that is longer than its message ends the message");
	is(from->counters.rx_frames - frames, 5, "those before it arrive");
	heard();

	close(peers[2]);
	peers[2] = -1;
	turns();
	peer_connect(2, &own, WIRE_OFFLOAD | WIRE_BUNDLES);
	frames = port_get(2)->out.counters.tx_frames;
	bytes = port_get(2)->out.counters.tx_bytes;
	speak_bundle(1, sizes, 3, 0);
	is(hear_bundle(2, came, &in_order), 3, "a peer that takes bundles gets all of them in one message");
	ok(came[0] == 60 && came[1] == 15 && came[2] == 1514 && in_order, "whole and in order");
	is(port_get(2)->out.counters.tx_frames - frames, 3, "counted as frames");
	is(port_get(2)->out.counters.tx_bytes - bytes, 60 + 15 + 1514, "and as their bytes");
	speak(1, 2, 0, 60);
	is(hear(2, NULL), 60, "a single frame is a message of its own");
}

static void test_gone(void)
{
	close(peers[2]);
	peers[2] = -1;
	turns();
	ok(!port_get(2)->kind, "a peer that ends is noticed");
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "the others go on");
	peer_connect(2, &own, WIRE_OFFLOAD);
	speak(1, 255, 0, 60);
	ok(heard() & 1 << 2, "it can come back");
}

int main(void)
{
	for (int i = 0; i <= PEERS; i++)
		peers[i] = -1;
	if (loop_init() || switch_init(64))
		bail("the switch does not start");
	for (uint16_t i = 1; i < PEERS; i++)
		peer_connect(i, &own, WIRE_OFFLOAD);
	peer_connect(PEERS, &plain, 0);
	heard();
	test_learning();
	test_vlans();
	test_lists();
	test_isolation();
	test_cut();
	test_bad_frames();
	test_offload();
	test_slow();
	test_bundles();
	test_gone();
	switch_release();
	return tap_done();
}
