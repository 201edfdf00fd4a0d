// SPDX-License-Identifier: GPL-2.0-only
/*
 * segment.c - read the headers of TCP segments in frames, and change them for local_ack.c
 *
 * Called by local_ack.c and kept.c in the event loop of the uplink, a process of its own. The
 * functions depend only on their arguments; segment_add_scale() also allocates a frame.
 */
#include "uplink/segment.h"

#include <netinet/in.h>
#include <string.h>
#include "common/offload.h"

enum {
	SCALE_MAX = 14,			/* RFC 7323 */
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_SCALE = 3,
	OPTION_SIZE = 4,		/* of the scale option, with a NOP for alignment */
	HEADER_MAX = 60,
};

bool segment_parse(const uint8_t *data, size_t size, struct segment *segment)
{
	const uint8_t *tcp;

	if (!packet_parse(data, size, &segment->packet) ||
	    segment->packet.protocol != IPPROTO_TCP || segment->packet.fragment)
		return false;
	tcp = segment->packet.payload;
	segment->header = (tcp[12] >> 4) * 4;
	if (segment->header < TCP_SIZE || segment->header > segment->packet.size)
		return false;
	segment->size = segment->packet.size - segment->header;
	segment->flags = tcp[13];
	segment->sequence = get32(tcp + 4);
	segment->acknowledgement = get32(tcp + 8);
	segment->window = get16(tcp + 14);
	return true;
}

int segment_scale(const struct segment *segment)
{
	const uint8_t *tcp = segment->packet.payload;

	for (uint32_t at = TCP_SIZE; at < segment->header; ) {
		uint32_t left = segment->header - at;

		if (tcp[at] == OPTION_END)
			break;
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (left < 2 || tcp[at + 1] < 2 || tcp[at + 1] > left)
			break;
		if (tcp[at] == OPTION_SCALE && tcp[at + 1] == 3)
			return tcp[at + 2] < SCALE_MAX ? tcp[at + 2] : SCALE_MAX;
		at += tcp[at + 1];
	}
	return -1;
}

struct frame *segment_add_scale(const uint8_t *data, const struct segment *segment)
{
	const struct packet *packet = &segment->packet;
	size_t at = packet->payload - data, size = at + packet->size;
	struct frame *frame;
	uint8_t *ip, *tcp;

	if (segment->size || segment->header + OPTION_SIZE > HEADER_MAX)
		return NULL;
	frame = frame_new(size + OPTION_SIZE);
	if (!frame)
		return NULL;
	memcpy(frame->data, data, size);
	memcpy(frame->data + size, (uint8_t[]) { OPTION_NOP, OPTION_SCALE, 3, 0 }, OPTION_SIZE);
	frame->size = size + OPTION_SIZE;
	ip = frame->data + ETHER_SIZE;
	tcp = frame->data + at;
	tcp[12] += OPTION_SIZE / 4 << 4;
	if (packet->v6) {
		put16(ip + 4, get16(ip + 4) + OPTION_SIZE);
	} else {
		put16(ip + 2, get16(ip + 2) + OPTION_SIZE);
		put16(ip + 10, 0);
		offload_store(ip + 10, offload_sum(ip, at - ETHER_SIZE, 0));
	}
	packet_tcp_sum(tcp, frame->size - at, packet->from, packet->to);
	return frame;
}

void segment_rewrite(uint8_t *tcp, uint32_t acknowledgement, uint16_t window)
{
	/* The checksum is updated as RFC 1624 describes. */
	uint16_t was = ~offload_fold(offload_sum(tcp + 8, 8, 0)), sum;

	memcpy(&sum, tcp + 16, 2);
	put32(tcp + 8, acknowledgement);
	put16(tcp + 14, window);
	offload_store(tcp + 16, offload_sum(tcp + 8, 8, (uint64_t)(uint16_t)~sum + was));
}
