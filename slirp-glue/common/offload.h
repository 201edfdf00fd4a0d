/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * offload.h - finish what a machine left to do: checksums and TCP segmentation
 */
#ifndef OFFLOAD_H
#define OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include "common/frame.h"

/*
 * offload_check - is the head of a received frame true of its contents? Everything below,
 * and whoever the frame is passed on to, relies on it.
 */
bool offload_check(const struct frame *frame);

/* offload_checksum - write the checksum that the head asks for; the head is clear then. */
void offload_checksum(struct frame *frame);

/*
 * offload_segment - call @emit(@arg) with the TCP segments of a frame whose head has a
 * gso, each complete. The segment is the callee's to keep (frame_get()). False when
 * there was no memory for some.
 */
bool offload_segment(const struct frame *frame, void (*emit)(struct frame *segment, void *arg),
		     void *arg);

/* offload_sum - ones' complement sum of @size bytes, added to @sum; offload_fold - 16 bits of it. */
uint64_t offload_sum(const uint8_t *data, size_t size, uint64_t sum);
uint16_t offload_fold(uint64_t sum);

/* offload_store - the checksum of what was summed up, as packets have it. */
void offload_store(uint8_t *at, uint64_t sum);

#endif /* OFFLOAD_H */
