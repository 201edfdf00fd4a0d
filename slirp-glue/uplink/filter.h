/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - what of a machine's traffic may reach libslirp
 */
#ifndef FILTER_H
#define FILTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_verdict {
	FILTER_PASS,
	FILTER_DROP,		/* silently */
	FILTER_REFUSE,		/* with an answer: filter_refusal() */
	FILTER_NO_PING,		/* as FILTER_REFUSE: this host forbids ping to its users */
};

enum { FILTER_ALLOWED_MAX = 64, FILTER_OWN_MAX = 64 };

/* A service of the host that the machine may use. */
struct filter_allowed {
	uint8_t protocol;		/* IPPROTO_TCP, IPPROTO_UDP */
	bool v6;
	uint8_t address[16];
	uint16_t port;
};

/* Addresses are as in packets. */
struct filter {
	bool restricted;		/* nothing but services that are allowed */
	bool can_ping;
	uint8_t net[4], mask[4];	/* the network that libslirp plays */
	uint8_t host[4], dns[4];	/* .2: the host's loopback, .3: its name server */
	uint8_t net6[8], host6[16], dns6[16];
	struct filter_allowed allowed[FILTER_ALLOWED_MAX];
	unsigned int nr_allowed;
	uint8_t own[FILTER_OWN_MAX][16];	/* the host's addresses; IPv4 as ::ffff:a.b.c.d */
	unsigned int nr_own;
	uint64_t dropped, refused;
};

/* filter_check - a frame from the machine. */
enum filter_verdict filter_check(struct filter *filter, const uint8_t *frame, size_t size);

/* filter_delivered - a frame to the machine: UDP answers to its sender pass from now on. */
void filter_delivered(struct filter *filter, const uint8_t *frame, size_t size);

/*
 * filter_refusal - the answer to a frame that was refused: a TCP reset, or an ICMP message
 * for IPv4. Returns its size in @answer (at least 128 bytes), 0 for none.
 */
size_t filter_refusal(const uint8_t *frame, size_t size, uint8_t *answer);

/* filter_own_refresh - ask the host for its addresses. */
void filter_own_refresh(struct filter *filter);

/* filter_allow_parse - "tcp:127.0.0.1:80", "udp:[::1]:53". -EINVAL; -EOPNOTSUPP: TFTP's port. */
int filter_allow_parse(const char *text, struct filter_allowed *allowed);

#endif /* FILTER_H */
