/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packet.h - find the headers of IP packets in Ethernet frames, and make new ones
 */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ETHER_SIZE = 14,
	ETHER_IPV4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_IPV6 = 0x86dd,
	TCP_SIZE = 20,			/* without options */
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

/* An IP packet. IPv4 addresses are mapped to ::ffff:a.b.c.d. */
struct packet {
	bool v6;
	uint8_t from[16], to[16];
	uint8_t protocol;
	bool fragment;			/* one of several; ports are not read from fragments */
	const uint8_t *payload;		/* starts with the protocol's header */
	size_t size;			/* of the payload, in bytes */
	uint16_t source, port;		/* ports of TCP and UDP: the sender's, the receiver's */
};

/* The prefix of a mapped address. packet_address_map() maps the IPv4 address @v4. */
extern const uint8_t packet_mapped_prefix[12];
void packet_address_map(uint8_t *to, const uint8_t *v4);

/*
 * Finds the headers of the packet in a frame. False: the packet is not IP, or is malformed.
 * Accepted TCP and UDP packets contain their whole fixed headers, unless they are fragments.
 */
bool packet_parse(const uint8_t *frame, size_t size, struct packet *packet);

/* Writes an IP header for @size bytes of @protocol; returns the size of the header. */
size_t packet_header(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to,
		     uint8_t protocol, size_t size);

/* Stores the checksum of a TCP segment; @size counts header and data. */
void packet_tcp_sum(uint8_t *tcp, size_t size, const uint8_t *from, const uint8_t *to);

/* A TCP segment without data or options. */
struct tcp_bare {
	uint16_t source, port;
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	uint16_t window;
};

enum { PACKET_BARE_MAX = 40 + TCP_SIZE };

/* Writes an IP packet with the segment @bare; returns its size, at most PACKET_BARE_MAX. */
size_t packet_tcp_bare(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to,
		       const struct tcp_bare *bare);

#endif /* PACKET_H */
