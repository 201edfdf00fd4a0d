// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-switch.c - test forwarding between ports: learning, VLANs, isolation, bad frames, slow peers
 *
 * The switch runs in this process; each port's peer is the other end of a socket pair.
 * `make check-unit` runs this program on the host.
 */
#include "switch/switch.h"

#include <linux/virtio_net.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "switch/vlan.h"
#include "tap.h"

enum { PEERS = 6 };

static const struct port_kind own = { .name = "own", .has_heads = true };
static const struct port_kind plain = { .name = "plain" };
static int peers[PEERS + 1];		/* the peers' ends of the socket pairs, by port number */

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

/* Sends a frame of @size bytes from one peer to the address of another; VLAN 0: no tag. */
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

/* Receives a frame at peer @at. Returns its size and sets *vlan, or returns -1 without a frame. */
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

/* Receives all frames at all peers; returns a bit mask of the peers that got one. */
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
	is(heard(), 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6,
	   "a frame to an unknown address goes to all other ports");
	speak(2, 1, 0, 60);
	is(heard(), 1 << 1, "a frame to a known address goes only to its port");
	speak(3, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 3), "a broadcast goes to all other ports");
	speak(1, 1, 0, 60);
	is(heard(), 0, "a frame to an address behind its own port is not forwarded");
	the_switch.hub = true;
	speak(2, 1, 0, 60);
	is(heard(), 0x7e & ~(1 << 2), "a hub sends a frame to a known address to all other ports");
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
	is(hear(2, &vlan), 60, "an access port receives frames of its VLAN");
	is(vlan, 0, "the frame to an access port has no tag");
	is(hear(3, NULL), -1, "a port of another VLAN does not receive the frame");
	is(hear(4, &vlan), 64, "a trunk receives frames of an access port");
	is(vlan, 10, "the frame to a trunk has the tag of the VLAN");
	heard();
	speak(4, 255, 20, 64);
	is(hear(3, &vlan), 60, "a tagged frame from a trunk reaches the access port of its VLAN");
	is(vlan, 0, "the tag is removed for the access port");
	is(hear(1, NULL), -1, "a tagged frame does not reach an access port of another VLAN");
	is(hear(5, &vlan), 64, "another trunk receives the tagged frame");
	is(vlan, 20, "the tagged frame to another trunk is unchanged");
	heard();
	speak(1, 255, 20, 64);
	is(heard(), 0, "a tagged frame from an access port is dropped");
	ok(port_get(1)->counters.foreign > 0, "frames of a foreign VLAN are counted");
	speak(4, 255, 0, 60);
	is(heard() & 0x0e, 0, "an untagged frame from a trunk reaches no access port");

	port_get(5)->allowed = malloc(VLAN_MAP_SIZE);
	vlan_map_parse("10,30-40", port_get(5)->allowed);
	speak(4, 255, 20, 64);
	is(heard() & 1 << 5, 0, "a trunk does not receive a VLAN outside its list");
	speak(4, 255, 10, 64);
	is(heard() & 1 << 5, 1 << 5, "a trunk receives a VLAN of its list");
	port_get(5)->vlan = 10;
	speak(4, 255, 10, 64);
	ok(hear(5, &vlan) == 60 && vlan == 0,
	   "frames of a trunk's native VLAN leave it without tag");
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
	static const char *const bad[] = { "", "0", "4095", "1-", "-1", "2-1", "1,,2", "1,", "x",
					   "1-5000" };
	uint8_t map[VLAN_MAP_SIZE];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(vlan_map_parse(bad[i], map), "the list of VLANs '%s' is rejected", bad[i]);
	ok(!vlan_map_parse("1,5-6,4094", map) && map[0] == 0x62 && map[511] == 0x40,
	   "a list with single VLANs and a range is read");
}

static void test_isolation(void)
{
	port_get(1)->isolated = port_get(2)->isolated = true;
	fdb_forget_port(the_switch.fdb, 0);
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "isolated ports do not receive each other's frames");
	speak(3, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 3), "isolated ports receive frames of other ports");
	port_get(1)->isolated = port_get(2)->isolated = false;
}

static void test_cut(void)
{
	struct wire_link link;
	int size;

	port_set_up(port_get(2), false);
	size = recv(peers[2], &link, sizeof(link), MSG_DONTWAIT);
	ok(size == sizeof(link) && link.head.kind == WIRE_LINK && !link.up,
	   "a peer whose cable is cut gets a notice");
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "a cut cable carries no frame to the peer");
	speak(2, 255, 0, 60);
	is(heard(), 0, "a cut cable carries no frame from the peer");
	port_set_up(port_get(2), true);
	hear(2, NULL);
	speak(2, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 2), "a restored cable carries frames again");
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
	is(c->giants, 1, "a giant is counted and dropped");
	memset(group + 12, 0xff, 12);
	send(peers[1], group, sizeof(group), 0);
	turns();
	is(c->malformed, 1, "a frame with a group as its source is counted and dropped");
	memcpy(group, &head, sizeof(head));
	send(peers[1], group, sizeof(group), 0);
	turns();
	is(c->malformed, 2, "a frame whose head does not fit its contents is counted and dropped");
	is(heard(), 0, "no port receives an invalid frame");
	speak(1, 255, 0, 9500);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 6),
	   "a frame too big for a classic peer reaches the other peers");
}

static void test_offload(void)
{
	struct {
		struct wire_head head;
		uint8_t frame[14 + 40 + 4000];
	} giant = {
		.head = { .csum_flags = 1, .gso = VIRTIO_NET_HDR_GSO_TCPV4, .segment = 1000,
			  .sum_from = 34,
			  .sum_at = 16 },
		.frame = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0x0f,
			   0xc8, [23] = 6,
			   [46] = 0x50 },
	};
	int pieces = 0;

	send(peers[1], &giant, sizeof(giant), 0);
	turns();
	is(hear(2, NULL), sizeof(giant.frame),
	   "a peer with WIRE_OFFLOAD gets a giant packet unchanged");
	while (hear(6, NULL) == 14 + 40 + 1000)
		pieces++;
	is(pieces, 4, "a peer without WIRE_OFFLOAD gets the packet as segments");
	heard();
}

static void test_slow(void)
{
	struct sendq_counters *slow = &port_get(2)->out.counters;
	struct sendq_counters *quick = &port_get(3)->out.counters;
	uint64_t before = quick->tx_frames;

	memset(slow, 0, sizeof(*slow));
	for (int i = 0; i < 5000; i++) {
		speak(1, 255, 0, 1000);
		for (int peer = 3; peer <= PEERS; peer++)
			hear(peer, NULL);
	}
	ok(slow->queue_full > 0 && port_get(2)->out.nr_waiting <= PORT_QUEUE,
	   "a peer that does not read loses frames");
	is(quick->tx_frames - before, 5000, "no other peer loses frames meanwhile");
	while (hear(2, NULL) >= 0)
		turns();
	is(port_get(2)->out.nr_waiting, 0, "the queue drains when the peer reads again");
	speak(1, 255, 0, 60);
	ok(heard() & 1 << 2, "the peer then receives new frames");
}

/* Sends several frames to peer 2 in one message; the last head claims @lie bytes too many. */
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

/*
 * Receives one message at peer @at. Returns the number of its frames, or -1 if the message is
 * malformed. Stores the sizes; *in_order: frame n carries the number n, for all frames.
 */
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
	uint64_t frames = from->counters.rx_frames, bytes = from->counters.rx_bytes;
	uint64_t malformed = from->counters.malformed;
	size_t came[WIRE_BUNDLE_FRAMES];
	bool in_order;

	speak(2, 1, 0, 60);
	heard();
	speak_bundle(1, sizes, 3, 0);
	is(from->counters.rx_frames - frames, 3,
	   "a message with three frames counts as three frames");
	is(from->counters.rx_bytes - bytes, 60 + 15 + 1514,
	   "a message with three frames counts their sizes without heads");
	is(heard(), 1 << 2, "each frame of a message goes to its destination");
	speak_bundle(1, sizes, 3, 1);
	is(from->counters.malformed - malformed, 1,
	   "a frame longer than the rest of its message is malformed");
	is(from->counters.rx_frames - frames, 5, "the frames before a malformed one are received");
	heard();

	close(peers[2]);
	peers[2] = -1;
	turns();
	peer_connect(2, &own, WIRE_OFFLOAD | WIRE_BUNDLES);
	frames = port_get(2)->out.counters.tx_frames;
	bytes = port_get(2)->out.counters.tx_bytes;
	speak_bundle(1, sizes, 3, 0);
	is(hear_bundle(2, came, &in_order), 3,
	   "a peer with WIRE_BUNDLES gets several frames in one message");
	ok(came[0] == 60 && came[1] == 15 && came[2] == 1514 && in_order,
	   "the frames of such a message are complete and in order");
	is(port_get(2)->out.counters.tx_frames - frames, 3,
	   "the frames of such a message are counted one by one");
	is(port_get(2)->out.counters.tx_bytes - bytes, 60 + 15 + 1514,
	   "the bytes of such a message are counted without heads");
	speak(1, 2, 0, 60);
	is(hear(2, NULL), 60, "a single frame is sent in a separate message");
}

static void test_gone(void)
{
	close(peers[2]);
	peers[2] = -1;
	turns();
	ok(!port_get(2)->kind, "a port is free again when its peer ends");
	speak(1, 255, 0, 60);
	is(heard(), 0x7e & ~(1 << 1 | 1 << 2), "the other ports keep working when a peer ends");
	peer_connect(2, &own, WIRE_OFFLOAD);
	speak(1, 255, 0, 60);
	ok(heard() & 1 << 2, "a peer can connect to the port again");
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
