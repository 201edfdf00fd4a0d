/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - decide which of a machine's frames may reach libslirp
 */
#ifndef FILTER_H
#define FILTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_verdict {
	FILTER_PASS,
	FILTER_DROP,		/* without an answer */
	FILTER_REFUSE,		/* with an answer: filter_refusal() */
	FILTER_NO_PING,		/* refused too: the host cannot send this ping for its users */
};

enum { FILTER_ALLOWED_MAX = 64, FILTER_OWN_MAX = 64 };

/* A service of the host that the machine may use. Addresses are mapped as in packet.h. */
struct filter_allowed {
	uint8_t protocol;		/* IPPROTO_TCP, IPPROTO_UDP */
	bool v6;
	uint8_t address[16];
	uint16_t port;
};

struct filter {
	bool restricted;		/* only the allowed services can be reached */
	bool can_ping;			/* the host lets its users ping */
	uint8_t net[4], mask[4];	/* the network that libslirp plays */
	uint8_t host[4], dns[4];	/* .2: the host's loopback, .3: its name server */
	uint8_t net6[8], host6[16], dns6[16];
	struct filter_allowed allowed[FILTER_ALLOWED_MAX];
	unsigned int nr_allowed;
	uint8_t own[FILTER_OWN_MAX][16];	/* the host's addresses, mapped */
	unsigned int nr_own;
	uint64_t dropped, refused;	/* frames */
};

/* Decides about a frame from the machine. */
enum filter_verdict filter_check(struct filter *filter, const uint8_t *frame, size_t size);

/* Notes a frame to the machine: answers to a UDP datagram pass for five minutes. */
void filter_delivered(struct filter *filter, const uint8_t *frame, size_t size);

/*
 * Writes the answer to a frame that was refused: a TCP reset, or an ICMP message for IPv4.
 * Returns its size in @answer (which has at least 128 bytes), or 0 if the frame gets no answer.
 */
size_t filter_refusal(const uint8_t *frame, size_t size, uint8_t *answer);

/* Reads the addresses of the host into filter->own. */
void filter_own_refresh(struct filter *filter);

/*
 * Reads "tcp:127.0.0.1:80" or "udp:[::1]:53". -EINVAL: something else; -EOPNOTSUPP: the port of
 * TFTP.
 */
int filter_allow_parse(const char *text, struct filter_allowed *allowed);

#endif /* FILTER_H */
