/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - keep Ethernet frames in memory, in reference-counted buffers of two sizes
 *
 * The switch and the uplinks receive into big buffers. A frame that has to wait (in a full
 * queue, on a slow cable) is moved to a small buffer if it fits, so that waiting frames use
 * little memory. Buffers are not locked: only the thread that runs the event loop uses them.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <um/wire.h>
#include <urcu/list.h>
#include "common/bytes.h"

enum {
	FRAME_BIG = 65792,		/* bytes: room for WIRE_FRAME_MAX and a tag */
	FRAME_SMALL = 2048,		/* bytes */
	FRAME_MIN = 14,			/* bytes of an Ethernet header; a shorter frame is a runt */
	FRAME_POOL_MAX = 8192,		/* frames in use at a time; beyond this frame_new() fails */
	TAG_SIZE = 4,
};

struct frame {
	struct cds_list_head link;	/* in the pool, or in a list of the frame's user */
	unsigned int refs;
	uint32_t room;			/* bytes of data[] */
	uint32_t size;			/* bytes in use */
	uint16_t vlan;			/* set by the switch; 0: none */
	bool tagged;			/* data[12..16) is the tag of that VLAN */
	struct wire_head head;
	uint8_t data[];			/* starts with the destination address */
};

/* Returns a frame with one reference; NULL if FRAME_POOL_MAX are in use or memory is short. */
struct frame *frame_new(uint32_t room);
void frame_put(struct frame *frame);

static inline struct frame *frame_get(struct frame *frame)
{
	frame->refs++;
	return frame;
}

/*
 * Returns a reference for keeping the contents: to the frame, or to a copy that uses less memory.
 */
struct frame *frame_hold(struct frame *frame);

/* Returns a new frame with the same contents, or NULL. */
struct frame *frame_copy(const struct frame *frame);

/* Returns how many frames have been made and not yet released. */
unsigned int frame_in_use(void);

#endif /* FRAME_H */
