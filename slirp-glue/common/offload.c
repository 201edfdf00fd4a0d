// SPDX-License-Identifier: GPL-2.0-only
/*
 * offload.c - finish what a machine left to do: checksums and TCP segmentation
 *
 * Theory of operation
 *
 * A machine may send a TCP packet of up to 64 KB whose checksum field holds only the sum of
 * the pseudo header. The head of the frame (um/wire.h) then says what is left to do: "add up
 * everything from sum_from to the end and store the checksum at sum_from + sum_at". It may also say
 * "cut into segments of `segment` bytes". Other machines take such frames as they are. For all
 * other peers a big packet is cut into segments here. Each segment gets a copy of the headers, in
 * which these fields change:
 *   IPv4       total length, identification (counts up), header checksum
 *   IPv6       payload length
 *   TCP        sequence number; FIN and PSH are left only in the last segment and CWR only in
 *              the first; the checksum is computed from the segment's own length
 *
 * Heads come from outside and may be wrong. offload_check() rejects a head that contradicts the
 * packet; all other functions trust the head.
 *
 * The switch calls this for its ports (port.c), the uplink for its machine (uplink.c), each on the
 * thread that runs its event loop.
 */
#include "common/offload.h"

#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>
#include "common/packet.h"

enum {
	ETHERTYPE_VLAN = 0x8100,
	TCP_PSH = 0x08,
	TCP_CWR = 0x80,
	GSO_TYPE_MASK = 0x7f,
};

/* Where the headers of a big packet are. */
struct layout {
	uint32_t ip;		/* offset of the IP header */
	uint32_t tcp;
	uint32_t payload;
	bool v6;
};

uint64_t offload_sum(const uint8_t *data, size_t size, uint64_t sum)
{
	uint64_t word;
	uint32_t half;
	uint16_t last = 0;

	/* The sum of words in host order is the wanted sum with its bytes swapped; carries wrap. */
	for (; size >= 8; data += 8, size -= 8) {
		memcpy(&word, data, 8);
		sum += word;
		sum += sum < word;
	}
	for (; size >= 4; data += 4, size -= 4) {
		memcpy(&half, data, 4);
		sum += half;
		sum += sum < half;
	}
	for (; size >= 2; data += 2, size -= 2) {
		memcpy(&last, data, 2);
		sum += last;
		sum += sum < last;
	}
	if (size) {
		last = 0;
		memcpy(&last, data, 1);
		sum += last;
		sum += sum < last;
	}
	return sum;
}

uint16_t offload_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

void offload_store(uint8_t *at, uint64_t sum)
{
	uint16_t value = ~offload_fold(sum);

	memcpy(at, &value, 2);
}

static bool layout_find(const struct frame *frame, struct layout *layout)
{
	const uint8_t *data = frame->data;
	uint32_t at = 12, header;
	uint16_t type;

	if (frame->size < 14)
		return false;
	type = get16(data + at);
	if (type == ETHERTYPE_VLAN) {
		if (frame->size < 18)
			return false;
		at += TAG_SIZE;
		type = get16(data + at);
	}
	layout->ip = at + 2;
	layout->v6 = type == ETHER_IPV6;
	if (type == ETHER_IPV4) {
		if (frame->size < layout->ip + 20 || data[layout->ip] >> 4 != 4 ||
		    data[layout->ip + 9] != IPPROTO_TCP ||
		    (get16(data + layout->ip + 6) & 0x3fff))
			return false;
		header = (data[layout->ip] & 15) * 4;
		if (header < 20)
			return false;
	} else if (type == ETHER_IPV6) {
		if (frame->size < layout->ip + 40 || data[layout->ip] >> 4 != 6 ||
		    data[layout->ip + 6] != IPPROTO_TCP)
			return false;
		header = 40;
	} else {
		return false;
	}
	layout->tcp = layout->ip + header;
	if (frame->size < layout->tcp + TCP_SIZE)
		return false;
	header = (data[layout->tcp + 12] >> 4) * 4;
	layout->payload = layout->tcp + header;
	return header >= TCP_SIZE && layout->payload < frame->size;
}

bool offload_check(const struct frame *frame)
{
	const struct wire_head *head = &frame->head;
	uint8_t type = head->gso & GSO_TYPE_MASK;
	struct layout layout;

	if (head->csum_flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (head->sum_from < FRAME_MIN ||
		    (uint32_t)head->sum_from + head->sum_at + 2 > frame->size)
			return false;
	}
	if (!head->gso)
		return true;
	if (type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_TCPV6)
		return false;
	if (!layout_find(frame, &layout) || !head->segment ||
	    layout.v6 != (type == VIRTIO_NET_HDR_GSO_TCPV6))
		return false;
	/* Each segment needs its own checksum, so the head must ask for the TCP checksum. */
	return (head->csum_flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) &&
	       head->sum_from == layout.tcp && head->sum_at == 16;
}

void offload_checksum(struct frame *frame)
{
	struct wire_head *head = &frame->head;

	if (head->csum_flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		uint8_t *field = frame->data + head->sum_from + head->sum_at;

		offload_store(field, offload_sum(frame->data + head->sum_from,
						 frame->size - head->sum_from, 0));
		/* In UDP, zero would mean "no checksum". */
		if (!field[0] && !field[1] && head->sum_at == 6)
			put16(field, 0xffff);
	}
	memset(head, 0, sizeof(*head));
}

/* Returns the sum of addresses, protocol and length: the pseudo header of the TCP checksum. */
static uint64_t pseudo_sum(const uint8_t *ip, bool v6, uint32_t length)
{
	uint8_t rest[8] = { 0 };

	put32(rest, length);
	rest[7] = IPPROTO_TCP;
	return offload_sum(v6 ? ip + 8 : ip + 12, v6 ? 32 : 8, offload_sum(rest, 8, 0));
}

static void segment_finish(struct frame *segment, const struct layout *layout, uint32_t done,
			   unsigned int index, bool last)
{
	uint8_t *ip = segment->data + layout->ip, *tcp = segment->data + layout->tcp;
	uint32_t length = segment->size - layout->tcp;

	if (layout->v6) {
		put16(ip + 4, segment->size - layout->ip - 40);
	} else {
		put16(ip + 2, segment->size - layout->ip);
		put16(ip + 4, get16(ip + 4) + index);
		put16(ip + 10, 0);
		offload_store(ip + 10, offload_sum(ip, layout->tcp - layout->ip, 0));
	}
	put32(tcp + 4, get32(tcp + 4) + done);
	if (!last)
		tcp[13] &= ~(TCP_FIN | TCP_PSH);
	if (index)
		tcp[13] &= ~TCP_CWR;
	put16(tcp + 16, 0);
	offload_store(tcp + 16, offload_sum(tcp, length, pseudo_sum(ip, layout->v6, length)));
}

bool offload_segment(const struct frame *frame, void (*emit)(struct frame *segment, void *arg),
		     void *arg)
{
	struct layout layout;
	uint32_t done, part, total;
	unsigned int index = 0;

	if (!layout_find(frame, &layout))
		return false;
	total = frame->size - layout.payload;
	for (done = 0; done < total; done += part) {
		struct frame *segment;

		part = total - done;
		if (part > frame->head.segment)
			part = frame->head.segment;
		segment = frame_new(layout.payload + part);
		if (!segment)
			return false;
		segment->vlan = frame->vlan;
		segment->tagged = frame->tagged;
		segment->size = layout.payload + part;
		memcpy(segment->data, frame->data, layout.payload);
		memcpy(segment->data + layout.payload, frame->data + layout.payload + done, part);
		segment_finish(segment, &layout, done, index++, done + part == total);
		emit(segment, arg);
		frame_put(segment);
	}
	return true;
}
