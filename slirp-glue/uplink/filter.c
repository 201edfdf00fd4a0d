// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - what of a machine's traffic may reach libslirp
 *
 * Theory of operation
 *
 * libslirp opens a host socket for every connection that a machine makes. So whatever
 * address the machine names is reached with the rights of this user on this host:
 * services on the host's loopback that trust local callers too. libslirp's own options
 * do not close that (frames to 127.0.0.1 or ::ffff:127.0.0.1 pass them), so this stands
 * in front of it and looks at each frame by itself:
 *
 *   not IP         ARP passes, everything else is dropped; so are tagged frames
 *   IPv4 to        loopback, "this host" (0/8), multicast, link-local: never
 *                  the host's own addresses: only what was allowed
 *                  the network that libslirp plays: each address but two of it means the
 *                  host's loopback. Name server: port 53 only, since libslirp
 *                  passes every port on. Host (.2): DHCP, ping, and what was allowed
 *                  anything else: yes, unless restricted
 *   IPv6           the same; neighbour discovery and DHCPv6 pass
 *
 * Only what opens a connection is judged for TCP: libslirp makes a socket for a SYN alone
 * and answers other segments of unknown connections with a reset. So answers to forwarded
 * connections need no memory here. UDP has no such mark: every delivered datagram opens
 * the way back, from its port to its sender, for ANSWER_TIME seconds (answers[]).
 *
 * A fragment without ports passes only where no port matters.
 */
#include "uplink/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "common/frame.h"
#include "common/offload.h"
#include "common/packet.h"

enum {
	NR_ANSWERS = 1024,
	ANSWER_TIME = 300,
	TCP_OPENING = 0x37,		/* SYN, FIN, RST, URG, ACK: alone, SYN opens a connection */
	DHCP_SERVER = 67,
	TFTP = 69,
	DHCP6_SERVER = 547,
	DNS = 53,
	ICMP_ECHO_REQUEST = 8,
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ROUTER_SOLICIT = 133,
	ICMP6_NEIGHBOUR_ADVERT = 136,
};

/* ---- answers by UDP ------------------------------------------------------- */

static struct answer {
	uint8_t sender[16];
	uint16_t sender_port, port;
	time_t until;
} answers[NR_ANSWERS];

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return time.tv_sec;
}

static struct answer *answer_slot(const uint8_t *address, uint16_t address_port, uint16_t port)
{
	uint32_t hash = 2166136261u;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ address[i]) * 16777619;
	hash = (hash ^ address_port) * 16777619;
	hash = (hash ^ port) * 16777619;
	return &answers[(hash ^ hash >> 16) % NR_ANSWERS];
}

void filter_delivered(struct filter *filter, const uint8_t *frame, size_t size)
{
	struct packet packet;
	struct answer *answer;

	if (!packet_parse(frame, size, &packet) || packet.protocol != IPPROTO_UDP ||
	    packet.fragment)
		return;
	answer = answer_slot(packet.from, packet.source, packet.port);
	memcpy(answer->sender, packet.from, 16);
	answer->sender_port = packet.source;
	answer->port = packet.port;
	answer->until = now() + ANSWER_TIME;
}

static bool is_answer(const struct packet *packet)
{
	const struct answer *answer = answer_slot(packet->to, packet->port, packet->source);

	return packet->protocol == IPPROTO_UDP && !packet->fragment && answer->until > now() &&
	       !memcmp(answer->sender, packet->to, 16) && answer->sender_port == packet->port &&
	       answer->port == packet->source;
}

/* ---- judging -------------------------------------------------------------- */

static bool opens_connection(const struct packet *packet)
{
	if (packet->protocol == IPPROTO_TCP)
		return packet->fragment || (packet->payload[13] & TCP_OPENING) == TCP_SYN;
	return true;
}

static bool is_own(const struct filter *filter, const uint8_t *address)
{
	for (unsigned int i = 0; i < filter->nr_own; i++)
		if (!memcmp(filter->own[i], address, 16))
			return true;
	return false;
}

/* The host itself, by its address in the machine's network or one of its own. */
static bool is_allowed(const struct filter *filter, const struct packet *packet)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	uint8_t host[16], target[16];

	if (packet->fragment)
		return false;
	/* The machine says 10.0.2.2 where the user said 127.0.0.1. */
	memcpy(target, packet->to, 16);
	packet_address_map(host, filter->host);
	if (!memcmp(target, host, 16))
		packet_address_map(target, loopback4);
	else if (!memcmp(target, filter->host6, 16))
		memcpy(target, &in6addr_loopback, 16);
	for (unsigned int i = 0; i < filter->nr_allowed; i++) {
		const struct filter_allowed *allowed = &filter->allowed[i];

		if (allowed->protocol == packet->protocol && allowed->port == packet->port &&
		    !memcmp(allowed->address, target, 16))
			return true;
	}
	return false;
}

static bool in_net4(const struct filter *filter, const uint8_t *v4)
{
	for (int i = 0; i < 4; i++)
		if ((v4[i] & filter->mask[i]) != filter->net[i])
			return false;
	return true;
}

static bool is_udp_to(const struct packet *packet, uint16_t port)
{
	return packet->protocol == IPPROTO_UDP && !packet->fragment && packet->port == port;
}

static bool is_dns(const struct packet *packet)
{
	return (packet->protocol == IPPROTO_UDP || packet->protocol == IPPROTO_TCP) &&
	       !packet->fragment && packet->port == DNS;
}

static bool is_echo(const struct packet *packet)
{
	uint8_t type = packet->v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO_REQUEST;

	return packet->protocol == (packet->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) &&
	       !packet->fragment && packet->size >= 8 && packet->payload[0] == type;
}

/* Anywhere that is not this host. */
static enum filter_verdict check_outside(const struct filter *filter, const struct packet *packet)
{
	if (filter->restricted)
		return FILTER_REFUSE;
	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP)
		return FILTER_PASS;
	if (is_echo(packet))
		return filter->can_ping && !packet->v6 ? FILTER_PASS : FILTER_NO_PING;
	return FILTER_DROP;
}

static enum filter_verdict check_ipv4(const struct filter *filter, const struct packet *packet)
{
	const uint8_t *to = packet->to + 12;

	if (is_udp_to(packet, DHCP_SERVER) &&
	    (get32(to) == 0xffffffff || !memcmp(to, filter->host, 4)))
		return FILTER_PASS;
	if (to[0] == 127 || to[0] == 0 || to[0] >= 224 || (to[0] == 169 && to[1] == 254))
		return FILTER_DROP;
	if (in_net4(filter, to)) {
		if (!memcmp(to, filter->dns, 4) && is_dns(packet) && !filter->restricted)
			return FILTER_PASS;
		if (!memcmp(to, filter->host, 4) && is_echo(packet))
			return FILTER_PASS;
		return FILTER_REFUSE;
	}
	if (is_own(filter, packet->to))
		return FILTER_REFUSE;
	return check_outside(filter, packet);
}

static bool is_neighbour_discovery(const struct packet *packet)
{
	return packet->protocol == IPPROTO_ICMPV6 && packet->size >= 8 &&
	       packet->payload[0] >= ICMP6_ROUTER_SOLICIT &&
	       packet->payload[0] <= ICMP6_NEIGHBOUR_ADVERT;
}

static enum filter_verdict check_ipv6(const struct filter *filter, const struct packet *packet)
{
	static const uint8_t zero[12];
	const uint8_t *to = packet->to;

	if (is_neighbour_discovery(packet) || (to[0] == 0xff && is_udp_to(packet, DHCP6_SERVER)))
		return FILTER_PASS;
	/* ::1, ::, IPv4 in IPv6's clothes, multicast, link-local. */
	if (!memcmp(to, zero, 12) || !memcmp(to, packet_mapped_prefix, 12) || to[0] == 0xff ||
	    (to[0] == 0xfe && (to[1] & 0xc0) == 0x80))
		return FILTER_DROP;
	/* The prefixes that name an IPv4 address: NAT64 and 6to4. */
	if (!memcmp(to, "\x00\x64\xff\x9b", 4) || !memcmp(to, "\x20\x02", 2))
		return FILTER_DROP;
	if (!memcmp(to, filter->net6, 8)) {
		if (!memcmp(to, filter->dns6, 16) && is_dns(packet) && !filter->restricted)
			return FILTER_PASS;
		if (!memcmp(to, filter->host6, 16) && is_echo(packet))
			return FILTER_PASS;
		return FILTER_REFUSE;
	}
	if (is_own(filter, to))
		return FILTER_REFUSE;
	return check_outside(filter, packet);
}

enum filter_verdict filter_check(struct filter *filter, const uint8_t *frame, size_t size)
{
	enum filter_verdict verdict = FILTER_DROP;
	struct packet packet;

	if (size >= 14 && get16(frame + 12) == ETHER_ARP)
		return FILTER_PASS;
	if (packet_parse(frame, size, &packet)) {
		verdict = packet.v6 ? check_ipv6(filter, &packet) : check_ipv4(filter, &packet);
		if (verdict == FILTER_REFUSE && (!opens_connection(&packet) ||
						 is_allowed(filter, &packet) || is_answer(&packet)))
			verdict = FILTER_PASS;
	}
	filter->dropped += verdict == FILTER_DROP;
	filter->refused += verdict == FILTER_REFUSE || verdict == FILTER_NO_PING;
	return verdict;
}

/* ---- refusing ------------------------------------------------------------- */

/* A reset that the sender of @packet accepts. */
static size_t reset_make(const struct packet *packet, uint8_t *ip)
{
	struct tcp_bare reset = {
		.source = packet->port, .port = packet->source, .flags = TCP_RST | TCP_ACK,
		.acknowledgement = get32(packet->payload + 4) + 1,
	};

	return packet_tcp_bare(ip, packet->v6, packet->to, packet->from, &reset);
}

/* "Communication administratively prohibited", with the head of what was sent. */
static size_t prohibited_make(const struct packet *packet, const uint8_t *sent, uint8_t *ip)
{
	size_t quoted = packet->payload - sent + 8;
	uint8_t *icmp = ip + 20;

	packet_header(ip, false, packet->to, packet->from, IPPROTO_ICMP, 8 + quoted);
	memset(icmp, 0, 8);
	icmp[0] = 3;
	icmp[1] = 13;
	memcpy(icmp + 8, sent, quoted);
	offload_store(icmp + 2, offload_sum(icmp, 8 + quoted, 0));
	return 20 + 8 + quoted;
}

size_t filter_refusal(const uint8_t *frame, size_t size, uint8_t *answer)
{
	struct packet packet;

	if (!packet_parse(frame, size, &packet) || packet.fragment)
		return 0;
	memcpy(answer, frame + 6, 6);
	memcpy(answer + 6, frame, 6);
	memcpy(answer + 12, frame + 12, 2);
	if (packet.protocol == IPPROTO_TCP)
		return 14 + reset_make(&packet, answer + 14);
	if (packet.v6 || packet.size < 8)
		return 0;
	return 14 + prohibited_make(&packet, frame + 14, answer + 14);
}

/* ---- what the user and the host say --------------------------------------- */

void filter_own_refresh(struct filter *filter)
{
	struct ifaddrs *all, *one;

	if (getifaddrs(&all))
		return;
	filter->nr_own = 0;
	for (one = all; one && filter->nr_own < FILTER_OWN_MAX; one = one->ifa_next) {
		uint8_t *own = filter->own[filter->nr_own];

		if (!one->ifa_addr)
			continue;
		if (one->ifa_addr->sa_family == AF_INET)
			packet_address_map(own, (void *)&((struct sockaddr_in *)one->ifa_addr)->sin_addr);
		else if (one->ifa_addr->sa_family == AF_INET6)
			memcpy(own, &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr, 16);
		else
			continue;
		filter->nr_own++;
	}
	freeifaddrs(all);
}

int filter_allow_parse(const char *text, struct filter_allowed *allowed)
{
	char address[64];
	const char *colon = strrchr(text, ':');
	unsigned long port;
	uint8_t v4[4];
	size_t size;
	char *end;

	memset(allowed, 0, sizeof(*allowed));
	if (!strncmp(text, "tcp:", 4))
		allowed->protocol = IPPROTO_TCP;
	else if (!strncmp(text, "udp:", 4))
		allowed->protocol = IPPROTO_UDP;
	else
		return -EINVAL;
	text += 4;
	if (colon < text || colon[1] < '0' || colon[1] > '9')
		return -EINVAL;
	port = strtoul(colon + 1, &end, 10);
	if (*end || port < 1 || port > 65535)
		return -EINVAL;
	/* libslirp takes what comes here for its own TFTP server, which is off. */
	if (allowed->protocol == IPPROTO_UDP && port == TFTP)
		return -EOPNOTSUPP;
	allowed->port = port;
	size = colon - text;
	if (*text == '[' && size > 2 && colon[-1] == ']') {
		allowed->v6 = true;
		text++;
		size -= 2;
	}
	if (size >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, size);
	address[size] = '\0';
	if (allowed->v6)
		return inet_pton(AF_INET6, address, allowed->address) == 1 ? 0 : -EINVAL;
	if (inet_pton(AF_INET, address, v4) != 1)
		return -EINVAL;
	packet_address_map(allowed->address, v4);
	return 0;
}
