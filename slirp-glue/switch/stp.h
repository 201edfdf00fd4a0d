/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stp.h - spanning tree: decide which ports forward, so that no frame travels in a loop
 */
#ifndef STP_H
#define STP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port;
struct frame;

/*
 * Starts with spanning tree off. @forget_addresses is called when addresses may have moved to
 * other ports.
 */
void stp_init(void (*forget_addresses)(void));

/* Turns spanning tree on or off for the whole switch. */
void stp_set(bool on);
bool stp_is_on(void);

/*
 * Sets the priority of this bridge (default 32768); the bridge with the lowest number becomes the
 * root.
 */
void stp_set_priority(uint16_t priority);

/* Sets the seconds that a port spends listening, and then learning: 4 to 30, default 15. */
void stp_set_delay(unsigned int seconds);

/* Returns whether the frame belongs to the spanning tree protocol. */
bool stp_is_bpdu(const struct frame *frame);

/* Handles a frame of the spanning tree protocol that has arrived at @port. */
void stp_receive(struct port *port, const struct frame *frame);

/* Must be called when a peer connects or disconnects, or the cable is cut or restored. */
void stp_port_changed(struct port *port);

const char *stp_state_name(const struct port *port);

/* Writes the state of the bridge as one line. */
void stp_describe(char *text, size_t size);

#endif /* STP_H */
