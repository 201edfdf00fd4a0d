/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * port.h - one port of the switch: its settings, its counters, its queue
 *
 * A port is a number. It exists from its first use to the end of the switch, so that its
 * settings stay when the machine behind it restarts; connected or not is another matter.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "common/frame.h"
#include "common/impair.h"
#include "common/loop.h"

enum {
	PORTS_MAX = 1024,		/* numbers are 1 to this */
	PORT_QUEUE = 512,		/* frames that wait for a peer that does not read */
	PORT_QUEUE_BYTES = 4 << 20,
	PORT_BATCH = 32,		/* frames per call to the host */
	VLAN_MAX = 4094,
	CLASSIC_FRAME_MAX = 9234,	/* what peers of the classic protocol have room for */
};

enum port_stp {
	PORT_FORWARDING,		/* spanning tree is off, or lets this port work */
	PORT_LEARNING,
	PORT_LISTENING,
	PORT_BLOCKING,
};

struct port_counters {
	uint64_t rx_frames, rx_bytes, tx_frames, tx_bytes;
	uint64_t runts, giants, malformed;	/* received and thrown away */
	uint64_t foreign;			/* wrong VLAN, or the port does not forward */
	uint64_t queue_full;			/* the peer did not read */
	uint64_t lost;				/* by the settings of the cable, either way */
};

/* How a frame differs from frame->data when it leaves a port. */
enum port_form {
	FORM_AS_IS,
	FORM_ADD_TAG,
	FORM_STRIP_TAG,
};

struct port_waiting {
	struct frame *frame;
	enum port_form form;
};

struct port_kind {
	const char *name;
	bool heads;			/* messages begin with struct wire_head */
};

struct port {
	uint16_t number;
	char name[WIRE_NAME_SIZE];

	/* settings */
	bool up;			/* the cable is not cut */
	bool isolated;			/* sees only ports that are not isolated */
	bool access;			/* member of one VLAN, frames without tag */
	uint16_t vlan;			/* of frames without tag; 0: none */
	uint8_t *allowed;		/* a trunk's VLANs as bits; NULL: all */
	struct impair impair;		/* of what goes out */
	struct impair arriving;		/* of what comes in: only its rate is set */

	/* the peer */
	const struct port_kind *kind;	/* NULL: not connected */
	struct loop_source data;	/* frames */
	struct loop_source control;	/* classic: the connection that stands for the peer; or fd -1 */
	char *path;			/* classic: name of our socket, to be removed */
	uint32_t features;		/* enum wire_feature */
	uint32_t generation;		/* counts connections */

	/* on the way out */
	struct port_waiting queue[PORT_QUEUE];
	uint32_t queue_first, queue_length, queue_bytes;
	bool dirty;			/* to be flushed at the end of the batch */
	bool blocked;			/* the peer's socket is full: EPOLLOUT will tell */

	/* spanning tree, see stp.c */
	enum port_stp stp;
	struct stp_port *stp_port;

	struct port_counters counters;
};

/* The port of that number, made if need be; NULL for a bad number or no memory. */
struct port *port_get(uint16_t number);

/* The lowest free port, preferring one that a peer of that name had. */
struct port *port_find_free(const char *name);
struct port *port_next(struct port *port);	/* NULL: the first; in order of number */

/* Connected ports in no order: port_active(i) for i < port_nr_active(). */
unsigned int port_nr_active(void);
struct port *port_active(unsigned int index);

/*
 * port_connect - frames come and go through @data_fd from now on, which the port owns, as it
 * does @control_fd (-1: none) and @path (malloc'ed; NULL: none).
 */
int port_connect(struct port *port, const struct port_kind *kind, int data_fd, int control_fd,
		 char *path, uint32_t features);
void port_disconnect(struct port *port);

/* port_send - the frame goes out, as far as the cable's settings let it. */
void port_send(struct port *port, struct frame *frame);

/* port_set_up - cut the cable, or mend it; the peer is told if it understands. */
void port_set_up(struct port *port, bool up);
void port_note(struct port *port, uint16_t kind, const void *message, size_t size);

/* ports_flush - hand over what port_send() gathered. */
void ports_flush(void);

/* Called for every frame that arrived; the frame is the callee's to keep by frame_get(). */
extern void (*port_input)(struct port *port, struct frame *frame);
/* Called when a peer came or went. */
extern void (*port_changed)(struct port *port);

void ports_release(void);

#endif /* PORT_H */
