/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port.h - manage the ports of the switch: settings, counters, and the frames in and out
 *
 * A port is known by its number, and exists from its first use until the switch ends, whether or
 * not a peer is connected. So its settings survive a restart of the machine behind it.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>
#include "common/cable.h"
#include "common/frame.h"
#include "common/loop.h"
#include "common/sendq.h"

enum {
	PORTS_MAX = 1024,		/* ports have the numbers 1 to PORTS_MAX */
	PORT_QUEUE = 512,		/* frames that wait for a peer that does not read */
	PORT_QUEUE_SIZE = 4 << 20,	/* bytes of these frames */

	CLASSIC_FRAME_MAX = 9234,	/* bytes that peers of the classic protocol have room for */
};

/* State in the spanning tree, see stp.c. */
enum port_stp {
	PORT_FORWARDING,		/* also while spanning tree is off */
	PORT_LEARNING,
	PORT_LISTENING,
	PORT_BLOCKING,
};

/*
 * Counters of received frames, unless stated otherwise. Frames sent are counted in
 * port.out.counters.
 */
struct port_counters {
	uint64_t rx_frames, rx_bytes;
	uint64_t runts, giants, malformed;	/* dropped; giants: also too big to send */
	uint64_t foreign;		/* dropped: wrong VLAN, or the port does not forward */
	uint64_t lost;			/* by the settings of the cable, in either direction */
};

/* A protocol that peers speak. */
struct port_kind {
	const char *name;
	bool has_heads;			/* messages begin with struct wire_head */
};

struct port {
	uint16_t number;
	char name[WIRE_NAME_SIZE];

	/* settings */
	bool up;			/* the cable is not cut */
	bool isolated;			/* exchanges frames only with ports that are not isolated */
	bool access;			/* member of one VLAN, frames without tag */
	uint16_t vlan;			/* of frames without tag; 0: none */
	uint8_t *allowed;		/* a trunk's VLANs, one bit each (vlan.h); NULL: all */
	struct cable cable;

	/* the peer */
	const struct port_kind *kind;	/* NULL: not connected */
	struct loop_source data;	/* carries the frames */
	struct loop_source control;	/* classic protocol: closes when the peer ends */
	char *path;			/* classic protocol: the name of data's socket, or NULL */
	uint32_t features;		/* enum wire_feature */
	uint32_t generation;		/* counts connections */

	struct sendq out;
	bool dirty;			/* ports_flush() will send what waits in `out` */

	enum port_stp stp;
	struct stp_port *stp_port;	/* owned by stp.c */

	struct port_counters counters;
};

/*
 * @input is called for each frame that arrives, and may keep the frame with frame_get(). @changed
 * is called when a peer connects or disconnects, or the cable is cut or restored.
 */
void ports_init(void (*input)(struct port *port, struct frame *frame),
		void (*changed)(struct port *port));
void ports_release(void);

/*
 * Returns the port of that number and makes it if necessary. NULL: the number is invalid, or
 * memory is short.
 */
struct port *port_get(uint16_t number);

/*
 * Returns a port without a peer: the port whose last peer had that name, or else the port with the
 * lowest number. NULL: all ports have a peer, or memory is short.
 */
struct port *port_find_free(const char *name);

/*
 * Walks the existing ports in order of number: returns the first for NULL, and NULL after the
 * last.
 */
struct port *port_next(struct port *port);

/* port_active(i), for i < port_nr_active(), returns the connected ports in no particular order. */
unsigned int port_nr_active(void);
struct port *port_active(unsigned int index);

/*
 * Connects a peer: frames are exchanged on @data_fd. @control_fd is -1 and @path is NULL unless the
 * peer speaks the classic protocol. On success the port owns the descriptors and @path, which was
 * malloc'ed. 0 or -errno.
 */
int port_connect(struct port *port, const struct port_kind *kind, int data_fd, int control_fd,
		 char *path, uint32_t features);
void port_disconnect(struct port *port);

/* Sends a frame to the peer, as far as the settings of the cable allow. */
void port_send(struct port *port, struct frame *frame);

/* Sends what port_send() has gathered in all ports. */
void ports_flush(void);

/* Cuts or restores the cable; a peer that speaks our protocol is told. */
void port_set_up(struct port *port, bool up);

/* Sends a notice (enum wire_kind) to a peer that speaks our protocol. */
void port_notify(struct port *port, uint16_t kind, const void *message, size_t size);

#endif /* PORT_H */
