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
 * Returns whether the head of a received frame fits its contents. The functions below, and all
 * later users of the frame, rely on this check.
 */
bool offload_check(const struct frame *frame);

/* Stores the checksum that the head asks for, then clears the head. */
void offload_checksum(struct frame *frame);

/*
 * Cuts a frame whose head asks for segmentation into complete TCP segments. Calls @emit with each
 * segment and @arg; @emit may keep the segment with frame_get(). False: memory was short for some
 * of the segments.
 */
bool offload_segment(const struct frame *frame, void (*emit)(struct frame *segment, void *arg),
		     void *arg);

/* Adds the ones' complement sum of @size bytes to @sum. */
uint64_t offload_sum(const uint8_t *data, size_t size, uint64_t sum);

/* Folds the sum into 16 bits. */
uint16_t offload_fold(uint64_t sum);

/* Stores the checksum for @sum at @at, in network byte order. */
void offload_store(uint8_t *at, uint64_t sum);

#endif /* OFFLOAD_H */
