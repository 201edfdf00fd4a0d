/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wire.h - define the protocol of a virtual network cable
 *
 * The kernel's eth driver speaks this protocol with the switch and the uplinks (slirp-glue). The
 * socket is local, of type SOCK_SEQPACKET: one message is one frame, several frames, or one notice.
 * Each side sees when the other closes its end. Numbers are in the byte order of the host.
 *
 * Every message begins with struct wire_head:
 *   offset 0  kind (enum wire_kind), 2 bytes
 *   offset 2  struct virtio_net_hdr, 10 bytes: checksum and segmentation still to be done.
 *             All zero in messages that are not frames, and for receivers without WIRE_OFFLOAD.
 *
 * The side that connects, or that was started with the socket, sends WIRE_HELLO first. The other
 * side answers with WIRE_WELCOME, and may close the socket if the answer is a refusal. Frames
 * follow in both directions; only the welcoming side sends WIRE_LINK and WIRE_NOTE.
 */
#ifndef UM_WIRE_H
#define UM_WIRE_H

#include <um/types.h>

enum {
	WIRE_MAGIC = 0x6e6c6d75,	/* "umln" */
	WIRE_VERSION = 1,
	WIRE_HEAD_SIZE = 12,
	WIRE_FRAME_MAX = 65553,		/* a tagged header and an IP packet of 65535 bytes */
	WIRE_MTU_MAX = 65520,
	WIRE_NAME_SIZE = 32,
	WIRE_NOTE_MAX = 240,
	WIRE_BUNDLE_MAX = 32768,	/* largest message with several frames, in bytes */
	WIRE_BUNDLE_FRAMES = 64,	/* most frames in one message */
};

enum wire_kind {
	WIRE_FRAME,
	WIRE_HELLO,
	WIRE_WELCOME,
	WIRE_LINK,	/* struct wire_link: the cable was unplugged or plugged in */
	WIRE_NOTE,	/* a line of text for the machine's log, without newline and zero */
	WIRE_BUNDLE,	/* several frames without gaps, each preceded by a wire_head whose kind is
			   the size of the frame */
};

/* What the sender of a hello or welcome can receive. */
enum wire_feature {
	WIRE_OFFLOAD = 1,	/* frames whose checksum or TCP segmentation is still to be done */
	WIRE_BUNDLES = 2,	/* WIRE_BUNDLE: small frames share the cost of a message */
};

/* From csum_flags on, this is the virtio header; values are those of virtio_net.h. */
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
	uint16_t port;			/* 0: any free port */
	uint16_t vlan;			/* 0: as set for the port */
	uint8_t mac[6];
	uint16_t mtu;			/* 0: unknown */
	char name[WIRE_NAME_SIZE];	/* terminated by a zero */
};

struct wire_welcome {
	struct wire_head head;
	uint32_t magic;
	uint32_t version;
	uint32_t features;
	uint16_t port;
	uint16_t error;			/* 0, or the errno value of a refusal */
	char text[64];			/* reason of the refusal; terminated by a zero */
};

struct wire_link {
	struct wire_head head;
	uint32_t up;
};

_Static_assert(sizeof(struct wire_head) == WIRE_HEAD_SIZE, "the virtio header follows the kind");
_Static_assert(sizeof(struct wire_hello) == 68, "no padding that differs between compilers");
_Static_assert(sizeof(struct wire_welcome) == 92, "no padding that differs between compilers");
_Static_assert(sizeof(struct wire_link) == 16, "no padding that differs between compilers");

#endif /* UM_WIRE_H */
