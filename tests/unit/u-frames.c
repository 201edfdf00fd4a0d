// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-frames.c - send malformed frames through the switch and the uplink's filter
 *
 * Generated and mutated frames pass through the switch (VLANs, offloads, spanning tree,
 * capture, impairments) and through the filter, all compiled with sanitizers. The test checks
 * that no sanitizer reports an error, that the process survives, and that each frame is freed. The
 * test prints its seed. FRAMES_SEED repeats a run, FRAMES_COUNT sets the number of frames.
 * `make check-unit` runs this program on the host.
 */
#include "uplink/filter.h"
#include "switch/switch.h"

#include <sys/socket.h>
#include <unistd.h>
#include "switch/capture.h"
#include "number.h"
#include "switch/stp.h"
#include "tap.h"

enum { PORTS = 5, COUNT = 60000 };

static const struct port_kind own = { .name = "own", .has_heads = true };
static const struct port_kind plain = { .name = "plain" };
static int peers[PORTS + 1];

/* Returns a small size, or one near a limit. */
static size_t pick_size(void)
{
	static const uint32_t sizes[] = {
		0, 1, 11, 12, 13, 14, 18, 34, 54, 60, 64, 74, 1514, 9216, 65535, 65553, 65792,
	};

	if (number(4))
		return number(200);
	return sizes[number(sizeof(sizes) / sizeof(sizes[0]))] + number(3);
}

/* Make a plausible frame: addresses, perhaps a tag, perhaps IP and TCP, then random bytes. */
static void frame_make(uint8_t *frame, size_t size)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x88cc, 26 };
	static const uint8_t protocols[] = { 6, 17, 1, 58, 0, 44 };
	size_t at = 12;

	for (size_t i = 0; i < size && i < 400; i++)
		frame[i] = number(256);
	if (size < 60)
		return;
	frame[0] &= ~1;
	frame[5] = frame[11] = number(8);
	memset(frame + 6, 2, 5);
	if (!number(6))
		memcpy(frame, "\x01\x80\xc2\x00\x00\x00", 6);
	if (!number(3)) {
		put16(frame + at, 0x8100);
		put16(frame + at + 2, number(4) ? number(30) : number(65536));
		at += 4;
	}
	put16(frame + at, types[number(6)]);
	at += 2;
	if (get16(frame + at - 2) == 26) {
		memcpy(frame + at, "\x42\x42\x03\0\0\0", 6);
		frame[at + 6] = number(3) ? number(3) : 0x80;
	} else {
		bool v6 = get16(frame + at - 2) == 0x86dd;

		frame[at] = number(8) ? (v6 ? 0x60 : 0x45) : number(256);
		if (number(8))
			put16(frame + at + (v6 ? 4 : 2), size - at - (v6 ? 40 : 0));
		if (number(8))
			frame[at + (v6 ? 6 : 9)] = protocols[number(6)];
		if (!v6 && number(8))
			put16(frame + at + 6, 0);
		if (number(8) && size > at + 60)
			frame[at + (v6 ? 40 : 20) + 12] = 0x50;
	}
}

static bool is_v6(const uint8_t *frame, size_t size)
{
	return size > 18 && get16(frame + 12) == 0x86dd;
}

static void head_make(struct wire_head *head, const uint8_t *frame, size_t size)
{
	memset(head, 0, sizeof(*head));
	if (!number(50))
		head->kind = number(7);
	if (!number(3))
		return;
	head->csum_flags = number(4);
	head->gso = number(3) ? 0 : number(2) ? 1 : 4;
	head->segment = number(3) ? 1 + number(2000) : number(3);
	head->sum_at = number(4) ? 16 : number(70000);
	head->sum_from = number(8) ? (is_v6(frame, size) ? 54 : 34) : number(70000);
	if (size > 18 && get16(frame + 12) == 0x8100)
		head->sum_from += 4;
}

static void settings_change(void)
{
	struct port *port = port_get(1 + number(PORTS));

	port->access = !number(3);
	port->vlan = number(3) ? 0 : 1 + number(29);
	port->isolated = !number(4);
	impair_parse(&port->cable.out.settings, number(2) ? "loss=0" : "loss=20%");
	impair_parse(&port->cable.out.settings, number(2) ? "delay=0" : "delay=100us");
	impair_parse(&port->cable.out.settings, number(2) ? "rate=0" : "rate=100mbit");
	the_switch.hub = !number(5);
	stp_set(!number(2));
	if (!number(4))
		port_set_up(port, number(2));
}

static void peer_connect(uint16_t i)
{
	int pair[2];
	bool heads = i <= 3;

	if (socketpair(AF_UNIX, heads ? SOCK_SEQPACKET : SOCK_DGRAM, 0, pair))
		bail("no socket pair");
	peers[i] = pair[1];
	port_connect(port_get(i), heads ? &own : &plain, pair[0], -1, NULL, heads ? number(4) : 0);
}

static void peers_drain(void)
{
	static uint8_t sink[80000];

	for (int i = 1; i <= PORTS; i++)
		while (recv(peers[i], sink, sizeof(sink), MSG_DONTWAIT) > 0)
			;
}

/* Put several frames into one message, some with a wrong size. Returns the message's size. */
static size_t bundle_make(uint8_t *message)
{
	struct wire_head bundle = { .kind = WIRE_BUNDLE };
	size_t at = sizeof(bundle);

	memcpy(message, &bundle, sizeof(bundle));
	for (int i = number(80); i; i--) {
		size_t size = number(10) ? 14 + number(300) : number(1600);
		struct wire_head head = { 0 };
		uint8_t *frame = message + at + sizeof(head);

		frame_make(frame, size);
		if (!number(4))
			head_make(&head, frame, size);
		head.kind = number(30) ? size : number(65536);
		memcpy(message + at, &head, sizeof(head));
		at += sizeof(head) + size;
	}
	return number(10) ? at : at - number(at - sizeof(bundle) + 1);
}

static void run_switch(int count)
{
	static uint8_t message[WIRE_HEAD_SIZE + 140000];
	uint64_t taken = 0;
	int capture[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, capture);
	capture_add(capture[0], 0);
	for (int i = 0; i < count; i++) {
		uint16_t from = 1 + number(PORTS);
		bool heads = from <= 3;
		uint8_t *frame = message + (heads ? WIRE_HEAD_SIZE : 0);
		size_t size = pick_size();

		if (number(4))
			frame_make(frame, size);
		else if (size)
			frame[number(size < 100 ? size : 100)] ^= 1 << number(8);
		if (heads && number(10))
			head_make((struct wire_head *)message, frame, size);
		/* An empty message would end the connection. */
		if (heads && !number(8))
			send(peers[from], message, bundle_make(message), MSG_DONTWAIT);
		else if (size || heads)
			send(peers[from], message, frame - message + size, MSG_DONTWAIT);
		if (i % 8 == 0)
			loop_turn(false);
		if (i % 16 == 0 && number(20))
			peers_drain();
		if (i % 500 == 0)
			settings_change();
		if (i % 1000 == 0 && recv(capture[1], message, sizeof(message), MSG_DONTWAIT) < 0)
			taken++;
	}
	for (int i = 1; i <= PORTS; i++)
		taken += port_get(i)->counters.rx_frames;
	ok(taken > (uint64_t)count / 10,
	   "the switch takes frames (%llu of %d) and survives the others",
	   (unsigned long long)taken, count);
	close(capture[1]);
}

static void run_filter(int count)
{
	static uint8_t frame[70000];
	struct filter filter = { .net = { 10, 0, 2, 0 }, .mask = { 255, 255, 255, 0 } };
	uint8_t answer[128];
	uint64_t verdicts[4] = { 0 };

	for (int i = 0; i < count; i++) {
		size_t size = pick_size();
		/* Use the exact size, so that the sanitizer reports a read beyond the end. */
		uint8_t *exact = malloc(size ? size : 1);

		if (number(4))
			frame_make(frame, size);
		/* Use addresses near those that the filter compares. */
		if (number(2)) {
			uint32_t net = number(2) ? 0x0a000200 : 0x7f000000;

			put32(frame + 30, net + number(5));
		}
		memcpy(exact, frame, size);
		verdicts[filter_check(&filter, exact, size)]++;
		if (size >= 14)
			filter_refusal(exact, size, answer);
		filter_delivered(&filter, exact, size);
		free(exact);
	}
	ok(verdicts[FILTER_PASS] && verdicts[FILTER_DROP] && verdicts[FILTER_REFUSE],
	   "the filter passes, drops and refuses frames, and reads nothing beyond them");
}

int main(void)
{
	const char *count = getenv("FRAMES_COUNT");
	int nr = count ? atoi(count) : COUNT;

	number_seed("FRAMES_SEED");
	if (loop_init() || switch_init(64))
		bail("the switch does not start");
	for (uint16_t i = 1; i <= PORTS; i++)
		peer_connect(i);
	run_switch(nr);
	run_filter(nr);
	switch_release();
	is(frame_in_use(), 0, "all frames are freed");
	return tap_done();
}
