/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * segment.h - read the headers of TCP segments in frames, and change them for local_ack.c
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include "common/frame.h"
#include "common/packet.h"

struct segment {
	struct packet packet;
	uint8_t flags;
	uint32_t header, size;		/* bytes of the TCP header, and of the data */
	uint32_t sequence, acknowledgement;
	uint16_t window;
};

/* Reads the headers of a segment. False: the frame is not a complete TCP segment. */
bool segment_parse(const uint8_t *data, size_t size, struct segment *segment);

/* Returns the value of the window scale option (RFC 7323) in a SYN; -1 if there is none. */
int segment_scale(const struct segment *segment);

/*
 * Returns a copy of the SYN in @data with a scale option of 0: the sender's windows keep their
 * meaning, and the receiver may scale its own. NULL: the header has no room, or memory is short.
 */
struct frame *segment_add_scale(const uint8_t *data, const struct segment *segment);

/*
 * Replaces acknowledgement and window in the TCP header at @tcp and updates the checksum, which
 * stays wrong if it was wrong.
 */
void segment_rewrite(uint8_t *tcp, uint32_t acknowledgement, uint16_t window);

#endif /* SEGMENT_H */
