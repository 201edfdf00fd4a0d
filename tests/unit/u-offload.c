// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-offload.c - compare checksums and segments with a slow and simple computation
 *
 * `make check-unit` runs this program on the host.
 */
#include "common/offload.h"

#include <linux/virtio_net.h>
#include "tap.h"

/* Computes the checksum as RFC 1071 describes it, two bytes at a time. */
static uint16_t plain_sum(const uint8_t *data, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? data[i] : data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint16_t tcp_sum(const uint8_t *ip, bool v6, const uint8_t *tcp, size_t size)
{
	return plain_sum(tcp, size, plain_sum(v6 ? ip + 8 : ip + 12, v6 ? 32 : 8, size + 6));
}

enum { SEQUENCE = 0xfffffff0u };

/* Makes a TCP frame as a machine sends it: its checksum is only that of the pseudo header. */
static struct frame *giant(bool v6, bool tagged, size_t payload, uint16_t segment)
{
	size_t ip_at = tagged ? 18 : 14, tcp_at = ip_at + (v6 ? 40
							   : 20), size = tcp_at + 32 + payload;
	struct frame *frame = frame_new(size);
	uint8_t *ip = frame->data + ip_at, *tcp = frame->data + tcp_at;

	memset(frame->data, 0, tcp_at + 32);
	frame->size = size;
	if (tagged) {
		put16(frame->data + 12, 0x8100);
		put16(frame->data + 14, 5);
	}
	put16(frame->data + ip_at - 2, v6 ? 0x86dd : 0x0800);
	if (v6) {
		ip[0] = 0x60;
		put16(ip + 4, size - tcp_at);
		ip[6] = 6;
		memset(ip + 8, 0xfd, 16);
		memset(ip + 24, 0xfe, 16);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, size - ip_at);
		put16(ip + 4, 0xfffe);
		ip[8] = 64;
		ip[9] = 6;
		put32(ip + 12, 0x0a000001);
		put32(ip + 16, 0x0a000002);
	}
	put16(tcp, 1234);
	put16(tcp + 2, 80);
	put32(tcp + 4, SEQUENCE);
	tcp[12] = 8 << 4;
	tcp[13] = 0x80 | 0x10 | 0x08 | 0x01;	/* CWR, ACK, PSH, FIN */
	for (size_t i = 0; i < payload; i++)
		tcp[32 + i] = i * 7 + (i >> 8);
	put16(tcp + 16, plain_sum(v6 ? ip + 8 : ip + 12, v6 ? 32 : 8, size - tcp_at + 6));
	frame->head.csum_flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	frame->head.sum_from = tcp_at;
	frame->head.sum_at = 16;
	frame->head.segment = segment;
	frame->head.gso = !segment ? 0 : v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	return frame;
}

static struct {
	bool v6, tagged, good_sums, good_flags, good_order;
	size_t bytes, count, most;
	uint16_t id;
	uint32_t next;
	uint8_t last_flags;
} seen;

static void segment_look(struct frame *segment, void *arg)
{
	size_t ip_at = seen.tagged ? 18 : 14, tcp_at = ip_at + (seen.v6 ? 40 : 20);
	uint8_t *ip = segment->data + ip_at, *tcp = segment->data + tcp_at;
	size_t payload = segment->size - tcp_at - 32;

	seen.good_sums &= tcp_sum(ip, seen.v6, tcp, segment->size - tcp_at) == 0xffff;
	if (!seen.v6) {
		seen.good_sums &= plain_sum(ip, 20,
					    0) == 0xffff && get16(ip + 2) == segment->size - ip_at;
		seen.good_order &= get16(ip + 4) == (uint16_t)(0xfffe + seen.count);
	} else {
		seen.good_sums &= get16(ip + 4) == segment->size - tcp_at;
	}
	seen.good_order &= get32(tcp + 4) == (uint32_t)(SEQUENCE + seen.bytes);
	seen.good_flags &= !(tcp[13] & 0x80) == (seen.count > 0);
	seen.last_flags = tcp[13];
	for (size_t i = 0; i < payload; i++) {
		size_t at = seen.bytes + i;

		seen.good_order &= tcp[32 + i] == (uint8_t)(at * 7 + (at >> 8));
	}
	seen.bytes += payload;
	seen.most = payload > seen.most ? payload : seen.most;
	seen.count++;
	seen.good_flags &= !segment->head.csum_flags && !segment->head.gso;
}

static void test_segments(bool v6, bool tagged, size_t payload, uint16_t size)
{
	struct frame *frame = giant(v6, tagged, payload, size);

	memset(&seen, 0, sizeof(seen));
	seen.v6 = v6;
	seen.tagged = tagged;
	seen.good_sums = seen.good_flags = seen.good_order = true;
	ok(offload_check(frame) && offload_segment(frame, segment_look, NULL),
	   "%zu bytes over IPv%d%s are cut into segments of %u", payload, v6 ? 6 : 4,
	   tagged ? " in a VLAN" : "", size);
	ok(seen.bytes == payload && seen.count == (payload + size - 1) / size && seen.most <= size,
	   "segments hold each byte once and are not too large");
	ok(seen.good_order, "segments are in order, with the right sequence numbers");
	ok(seen.good_sums, "segments have the right lengths and checksums");
	ok(seen.good_flags && (seen.last_flags & 0x09) == 0x09,
	   "only the first segment has CWR, only the last has FIN and PSH");
	frame_put(frame);
}

static void test_checksum(void)
{
	struct frame *frame = giant(false, false, 999, 0);

	ok(offload_check(frame), "a frame without a complete checksum is accepted");
	offload_checksum(frame);
	ok(tcp_sum(frame->data + 14, false, frame->data + 34, frame->size - 34) == 0xffff,
	   "the checksum is completed");
	is(frame->head.csum_flags, 0, "the head no longer asks for a checksum");
	frame_put(frame);
}

static void test_bad_heads(void)
{
	struct frame *frame = giant(false, false, 3000, 1000), *good = frame_copy(frame);

#define BAD(change, title) do { \
		frame->head = good->head; \
		memcpy(frame->data, good->data, 60); \
		change; \
		ok(!offload_check(frame), "a frame is rejected: " title); \
	} while (0)
	BAD(frame->head.sum_from = frame->size, "the checksum starts beyond the end");
	BAD(frame->head.sum_at = 65535, "the checksum is stored beyond the end");
	BAD(frame->head.sum_from = 0, "the checksum covers the addresses");
	BAD(frame->head.segment = 0, "segments have no bytes");
	BAD(frame->head.gso = 77, "the kind of segments is unknown");
	BAD(frame->head.gso = VIRTIO_NET_HDR_GSO_TCPV6, "an IPv4 packet asks for IPv6 segments");
	BAD(frame->head.csum_flags = 0, "segments have no checksum");
	BAD(frame->head.sum_from = 33, "the checksum is not that of TCP");
	BAD(frame->data[14] = 0x4f, "the IP header ends after the TCP header");
	BAD(frame->data[23] = 17, "a UDP packet asks for segments");
	BAD(frame->data[20] = 0x20, "a fragment asks for segments");
	BAD(frame->data[34 + 12] = 0xf0; frame->size = 60, "the TCP header ends beyond the frame");
	frame_put(frame);
	frame_put(good);
}

int main(void)
{
	test_checksum();
	test_segments(false, false, 64000, 1448);
	test_segments(true, false, 64000, 1428);
	test_segments(false, true, 5000, 1000);
	test_segments(false, false, 100, 1448);
	test_segments(true, true, 3, 1);
	test_bad_heads();
	return tap_done();
}
