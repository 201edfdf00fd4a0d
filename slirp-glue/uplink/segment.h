/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment.h - TCP segments in frames: what they say, and the changes that local_ack.c makes
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include "common/frame.h"
#include "common/packet.h"

struct segment {
	struct packet packet;
	uint8_t flags;
	uint32_t header, size;		/* bytes of the TCP header, and of data */
	uint32_t sequence, acknowledgement;
	uint16_t window;
};

/* segment_parse - false: not a whole TCP segment. */
bool segment_parse(const uint8_t *data, size_t size, struct segment *segment);

/* segment_scale - the window scale option (RFC 7323) of a SYN; -1: none. */
int segment_scale(const struct segment *segment);

/*
 * segment_add_scale - the SYN in @data with a scale option of 0 besides: its sender's windows
 * stay what they are, the receiver may scale its own. NULL: no room or memory.
 */
struct frame *segment_add_scale(const uint8_t *data, const struct segment *segment);

/* segment_rewrite - another acknowledgement and window in the header at @tcp, with a checksum as right as before. */
void segment_rewrite(uint8_t *tcp, uint32_t acknowledgement, uint16_t window);

#endif /* SEGMENT_H */
