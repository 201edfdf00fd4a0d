/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stp.h - spanning tree: which ports forward, so that loops carry no frames
 */
#ifndef STP_H
#define STP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port;
struct frame;

/* stp_set - switch it on or off for the whole switch. */
void stp_set(bool on);

/* stp_set_priority - 0 to 65535, the lowest bridge becomes the root; default 32768. */
void stp_set_priority(uint16_t priority);

/* stp_set_delay - seconds in each of listening and learning, 4 to 30; default 15. */
void stp_set_delay(unsigned int seconds);

/* stp_is_bpdu - is the frame one of spanning tree's? stp_receive - it came in at @port. */
bool stp_is_bpdu(const struct frame *frame);
void stp_receive(struct port *port, const struct frame *frame);

/* stp_port_changed - a peer came or went, or the cable was cut. */
void stp_port_changed(struct port *port);

const char *stp_state_name(const struct port *port);
void stp_describe(char *text, size_t size);

#endif /* STP_H */
