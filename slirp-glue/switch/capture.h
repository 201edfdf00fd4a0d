/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - send frames as a pcap stream, for Wireshark and tcpdump
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include "common/frame.h"

/*
 * Starts a capture that writes to the socket @fd until the reader closes it. With @port, the
 * capture contains the frames of this port in both directions; with 0, it contains each frame
 * once, as the frame enters the switch. On success the capture owns @fd. Returns 0 or -errno.
 */
int capture_add(int fd, uint16_t port);
void capture_release(void);

extern unsigned int nr_captures;

/* Returns whether capture_frame() must be called; costs one load. */
static inline bool capture_wanted(void)
{
	return nr_captures;
}

/* Records a frame that enters the switch at @port (@incoming) or leaves the switch there. */
void capture_frame(uint16_t port, bool incoming, struct frame *frame);

#endif /* CAPTURE_H */
