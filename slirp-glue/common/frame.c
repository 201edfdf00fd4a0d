// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame.c - frames in memory: shared, counted, of two sizes
 */
#include "common/frame.h"

#include <stdlib.h>
#include <string.h>

static struct frame *pool_big, *pool_small;
static unsigned int nr_in_use;

struct frame *frame_new(uint32_t room)
{
	struct frame **pool = room <= FRAME_SMALL ? &pool_small : &pool_big;
	struct frame *frame = *pool;

	room = room <= FRAME_SMALL ? FRAME_SMALL : FRAME_BIG;
	if (nr_in_use == FRAME_POOL_MAX)
		return NULL;
	if (frame) {
		*pool = frame->next;
	} else {
		frame = malloc(sizeof(*frame) + room);
		if (!frame)
			return NULL;
	}
	nr_in_use++;
	memset(frame, 0, sizeof(*frame));
	frame->refs = 1;
	frame->room = room;
	return frame;
}

void frame_put(struct frame *frame)
{
	struct frame **pool;

	if (!frame || --frame->refs)
		return;
	pool = frame->room == FRAME_SMALL ? &pool_small : &pool_big;
	frame->next = *pool;
	*pool = frame;
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
