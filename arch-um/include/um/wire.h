/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wire.h - what the ends of a network socket say to each other
 *
 * Between the kernel's eth driver, the switch and the uplinks (slirp-glue). The socket is
 * local, of type SOCK_SEQPACKET: one message is one frame, several, or one notice, and the end
 * of either side is seen by the other. Numbers are in the byte order of the host.
 *
 * Every message begins with struct wire_head:
 *   offset 0  kind (enum wire_kind), 2 bytes
 *   offset 2  struct virtio_net_hdr, 10 bytes: checksum and segmentation still to be done.
 *             All zero for anything but a frame, and towards ends without WIRE_OFFLOAD.
 *
 * The side that connects (or that was started with the socket) sends WIRE_HELLO first;
 * the other answers WIRE_WELCOME and may close after one that refuses. Frames follow in
 * both directions, and WIRE_LINK and WIRE_NOTE from the welcoming side.
 */
#ifndef UM_WIRE_H
#define UM_WIRE_H

#include <um/types.h>

enum {
	WIRE_MAGIC = 0x6e6c6d75,	/* "umln" */
	WIRE_VERSION = 1,
	WIRE_HEAD_SIZE = 12,
	WIRE_FRAME_MAX = 65553,		/* an IP packet of 65535 bytes behind a tagged header */
	WIRE_MTU_MAX = 65520,
	WIRE_NAME_SIZE = 32,
	WIRE_NOTE_MAX = 240,
	WIRE_BUNDLE_MAX = 32768,	/* bytes of a message with several frames */
	WIRE_BUNDLE_FRAMES = 64,	/* frames in it */
};

enum wire_kind {
	WIRE_FRAME,
	WIRE_HELLO,
	WIRE_WELCOME,
	WIRE_LINK,	/* struct wire_link: the cable was cut, or mended */
	WIRE_NOTE,	/* a line of text for the log of the machine, no newline, no zero */
	WIRE_BUNDLE,	/* several frames: for each a wire_head, whose kind is its size, and the frame; no gaps */
};

/* What the sender of a hello or welcome can receive. */
enum wire_feature {
	WIRE_OFFLOAD = 1,	/* frames with checksum or TCP segmentation left to do */
	WIRE_BUNDLES = 2,	/* WIRE_BUNDLE: what a message costs is shared by small frames */
};

/* From csum_flags on this is the virtio header; names and values are those of virtio_net.h. */
struct wire_head {
	uint16_t kind;
	uint8_t csum_flags;
	uint8_t gso;
	uint16_t headers;
	uint16_t segment;
	uint16_t sum_from;
	uint16_t sum_at;
};

struct wire_hello {
	struct wire_head head;
	uint32_t magic;
	uint32_t version;
	uint32_t features;
	uint16_t port;			/* 0: any that is free */
	uint16_t vlan;			/* 0: as the port is set */
	uint8_t mac[6];
	uint16_t mtu;			/* 0: unknown */
	char name[WIRE_NAME_SIZE];	/* ends with a zero */
};

struct wire_welcome {
	struct wire_head head;
	uint32_t magic;
	uint32_t version;
	uint32_t features;
	uint16_t port;
	uint16_t error;			/* 0, or an errno value that refuses */
	char text[64];			/* why; ends with a zero */
};

struct wire_link {
	struct wire_head head;
	uint32_t up;
};

_Static_assert(sizeof(struct wire_head) == WIRE_HEAD_SIZE, "the virtio header follows the kind");
_Static_assert(sizeof(struct wire_hello) == 68, "no gaps that differ between compilers");
_Static_assert(sizeof(struct wire_welcome) == 92, "no gaps that differ between compilers");

#endif /* UM_WIRE_H */
