/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - frames in memory: shared, counted, of two sizes
 *
 * Frames are received into big ones. What has to be kept (a full queue, a delay) is
 * moved to a small one where it fits, so that waiting frames cost what they hold.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <um/wire.h>

enum {
	FRAME_BIG = 65792,		/* room for WIRE_FRAME_MAX and a tag */
	FRAME_SMALL = 2048,
	FRAME_MIN = 14,			/* an Ethernet header: less is a runt */
	FRAME_POOL_MAX = 8192,		/* frames in use at a time; then they are dropped */
	TAG_SIZE = 4,
};

struct frame {
	struct frame *next;		/* in the pool, or in the list of who keeps it (local_ack_kept.c) */
	unsigned int refs;
	uint32_t room;			/* bytes of data[] */
	uint32_t size;			/* bytes in use */
	uint16_t vlan;			/* set by the switch; 0: none */
	bool tagged;			/* data[12..16) is the tag of that VLAN */
	struct wire_head head;
	uint8_t data[];			/* from the destination address on */
};

/* NULL when FRAME_POOL_MAX are in use, or there is no memory. */
struct frame *frame_new(uint32_t room);
void frame_put(struct frame *frame);

static inline struct frame *frame_get(struct frame *frame)
{
	frame->refs++;
	return frame;
}

/* frame_hold - a reference to the same contents for keeping; a copy if that saves memory. */
struct frame *frame_hold(struct frame *frame);

/* frame_copy - an own one of at least the same room; NULL if there is none. */
struct frame *frame_copy(const struct frame *frame);

/* frame_in_use - how many have been made and not yet given back. */
unsigned int frame_in_use(void);

/* Big-endian numbers inside of packets. */
static inline uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

#endif /* FRAME_H */
