/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - frames as a pcap stream, for Wireshark and tcpdump
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include "common/frame.h"

/*
 * capture_add - from now on write frames to @fd, a socket that is then the capture's, until
 * the reader closes it. @port: of that port, in both directions; 0: each frame once, as it
 * enters the switch. -errno.
 */
int capture_add(int fd, uint16_t port);
void capture_release(void);

/* capture_wanted - does anybody listen? Costs one load. */
extern unsigned int nr_captures;
static inline bool capture_wanted(void)
{
	return nr_captures;
}

void capture_frame(uint16_t port, bool incoming, struct frame *frame);

#endif /* CAPTURE_H */
