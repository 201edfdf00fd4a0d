// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame.c - keep Ethernet frames in memory, in reference-counted buffers of two sizes
 *
 * Released buffers go to a pool for each size and are reused. The last one comes first, because its
 * memory is probably still in the processor's cache. The pools never shrink; FRAME_POOL_MAX bounds
 * them. Called by all parts of the switch and of the uplinks, only on the thread that runs the
 * event loop.
 */
#include "common/frame.h"

#include <stdlib.h>
#include <string.h>

static CDS_LIST_HEAD(pool_big);
static CDS_LIST_HEAD(pool_small);
static unsigned int nr_in_use;

static struct frame *pool_take(struct cds_list_head *pool, uint32_t room)
{
	struct frame *frame;

	if (cds_list_empty(pool))
		return malloc(sizeof(*frame) + room);
	frame = cds_list_first_entry(pool, struct frame, link);
	cds_list_del(&frame->link);
	return frame;
}

struct frame *frame_new(uint32_t room)
{
	bool small = room <= FRAME_SMALL;
	struct frame *frame = NULL;

	room = small ? FRAME_SMALL : FRAME_BIG;
	if (nr_in_use < FRAME_POOL_MAX)
		frame = pool_take(small ? &pool_small : &pool_big, room);
	if (!frame)
		return NULL;
	nr_in_use++;
	memset(frame, 0, sizeof(*frame));
	frame->refs = 1;
	frame->room = room;
	return frame;
}

void frame_put(struct frame *frame)
{
	if (!frame || --frame->refs)
		return;
	cds_list_add(&frame->link, frame->room == FRAME_SMALL ? &pool_small : &pool_big);
	nr_in_use--;
}

unsigned int frame_in_use(void)
{
	return nr_in_use;
}

struct frame *frame_copy(const struct frame *frame)
{
	struct frame *copy = frame_new(frame->size);

	if (!copy)
		return NULL;
	copy->size = frame->size;
	copy->vlan = frame->vlan;
	copy->tagged = frame->tagged;
	copy->head = frame->head;
	memcpy(copy->data, frame->data, frame->size);
	return copy;
}

struct frame *frame_hold(struct frame *frame)
{
	struct frame *copy = NULL;

	if (frame->room != FRAME_SMALL && frame->size <= FRAME_SMALL)
		copy = frame_copy(frame);
	return copy ? copy : frame_get(frame);
}
