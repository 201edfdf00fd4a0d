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
 * Whether the head of a received frame fits its contents. The functions below, and everybody
 * to whom the frame is passed on, rely on this check.
 */
bool offload_check(const struct frame *frame);

/* Stores the checksum that the head asks for, then clears the head. */
void offload_checksum(struct frame *frame);

/*
 * Cuts a frame whose head asks for it into complete TCP segments and calls @emit(@arg) with
 * each, which may keep it (frame_get()). False: memory was short for some of the segments.
 */
bool offload_segment(const struct frame *frame, void (*emit)(struct frame *segment, void *arg),
		     void *arg);

/* Adds the ones' complement sum of @size bytes to @sum. */
uint64_t offload_sum(const uint8_t *data, size_t size, uint64_t sum);

/* The sum as 16 bits. */
uint16_t offload_fold(uint64_t sum);

/* Stores the checksum for that sum, in the byte order of packets. */
void offload_store(uint8_t *at, uint64_t sum);

#endif /* OFFLOAD_H */
