/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packet.h - IP packets in Ethernet frames: where things are, and new headers
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

/* IPv4 addresses are ::ffff:a.b.c.d. */
struct packet {
	bool v6;
	uint8_t from[16], to[16];
	uint8_t protocol;
	bool fragment;			/* one of several: its ports, if any, are not to be trusted */
	const uint8_t *payload;		/* the protocol's header */
	size_t size;			/* of it and what follows */
	uint16_t source, port;		/* of TCP and UDP */
};

/* packet_address_map - behind this prefix, an IPv4 address as it is in struct packet. */
extern const uint8_t packet_mapped_prefix[12];
void packet_address_map(uint8_t *to, const uint8_t *v4);

/* packet_parse - false: not IP, or malformed; TCP and UDP have their fixed headers whole. */
bool packet_parse(const uint8_t *frame, size_t size, struct packet *packet);

/* packet_header - an IP header before @size bytes of @protocol; returns the header's size. */
size_t packet_header(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to, uint8_t protocol, size_t size);

/* packet_tcp_sum - the checksum of a segment of @size bytes (header and data), stored. */
void packet_tcp_sum(uint8_t *tcp, size_t size, const uint8_t *from, const uint8_t *to);

/* A segment without data or options. */
struct tcp_bare {
	uint16_t source, port;
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	uint16_t window;
};

enum { PACKET_BARE_MAX = 40 + TCP_SIZE };

/* packet_tcp_bare - an IP packet of that segment, PACKET_BARE_MAX bytes at most; returns its size. */
size_t packet_tcp_bare(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to, const struct tcp_bare *bare);

#endif /* PACKET_H */
