// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - decide which of a machine's frames may reach libslirp
 *
 * Theory of operation
 *
 * libslirp opens a host socket for every connection that a machine makes. So the machine reaches
 * any address with the rights of this user on this host, including services on the host's loopback
 * that trust local callers. The options of libslirp do not prevent this: frames to 127.0.0.1 or
 * ::ffff:127.0.0.1 get past them. Therefore this filter looks at each frame on its own before
 * libslirp gets the frame:
 *
 *   not IP         ARP passes. Everything else, and frames with a VLAN tag, are dropped.
 *   IPv4 to
 *     loopback, 0/8, multicast, link-local: dropped.
 *     an address of the host: refused, unless the service was allowed.
 *     the network that libslirp plays: all addresses in it but two lead to the host's loopback
 *       and are refused. The name server (.3) may be asked at port 53 only, because libslirp
 *       would forward every port. The host (.2) answers DHCP and ping, and offers the services
 *       that were allowed.
 *     anywhere else: TCP, UDP and ping pass, unless the uplink is restricted. Ping is also refused
 *       if the host does not let its users ping.
 *   IPv6           as for IPv4, but without pings to the outside. Neighbour discovery and
 *                  DHCPv6 pass. Addresses that contain an IPv4 address are dropped.
 *
 * For TCP only the segment that opens a connection is checked. libslirp makes a socket only for a
 * SYN, and answers other segments of unknown connections with a reset. So the filter need not
 * remember forwarded connections. UDP has no such segment. Every datagram that is delivered to the
 * machine allows answers from its port to the sender, for ANSWER_TIME seconds (answers[]).
 *
 * A fragment has no ports to check, so it passes only where the port does not matter.
 *
 * Called by uplink_slirp.c in the uplink's event loop.
 */
#include "uplink/filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "common/bytes.h"
#include "common/offload.h"
#include "common/packet.h"

enum {
	NR_ANSWERS = 1024,
	ANSWER_TIME = 300,		/* seconds */
	TCP_OPENING = 0x37,		/* FIN, SYN, RST, ACK, URG: a SYN alone opens */
	DHCP_SERVER = 67,
	TFTP = 69,
	DHCP6_SERVER = 547,
	DNS = 53,
	ICMP_ECHO_REQUEST = 8,
	ICMP_UNREACHABLE = 3,
	ICMP_PROHIBITED = 13,		/* code: communication administratively prohibited */
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ROUTER_SOLICIT = 133,
	ICMP6_NEIGHBOUR_ADVERT = 136,
};

/* ---- answers by UDP ------------------------------------------------------- */

/* The sender of a datagram that was delivered, and the port of the machine that received it. */
struct conversation {
	uint8_t sender[16];
	uint16_t sender_port, port;
};

static struct answer {
	struct conversation conversation;
	time_t until;
} answers[NR_ANSWERS];

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return time.tv_sec;
}

static struct conversation conversation_with(const uint8_t *sender, uint16_t sender_port,
					     uint16_t port)
{
	struct conversation conversation = { .sender_port = sender_port, .port = port };

	memcpy(conversation.sender, sender, sizeof(conversation.sender));
	return conversation;
}

static struct answer *answer_slot(const struct conversation *conversation)
{
	return &answers[hash_bytes(conversation, sizeof(*conversation)) % NR_ANSWERS];
}

void filter_delivered(struct filter *filter, const uint8_t *frame, size_t size)
{
	struct conversation conversation;
	struct packet packet;
	struct answer *answer;

	if (!packet_parse(frame, size, &packet) || packet.protocol != IPPROTO_UDP ||
	    packet.fragment)
		return;
	conversation = conversation_with(packet.from, packet.source, packet.port);
	answer = answer_slot(&conversation);
	answer->conversation = conversation;
	answer->until = now() + ANSWER_TIME;
}

static bool is_answer(const struct packet *packet)
{
	struct conversation conversation = conversation_with(packet->to, packet->port,
							     packet->source);
	const struct answer *answer = answer_slot(&conversation);

	return packet->protocol == IPPROTO_UDP && !packet->fragment && answer->until > now() &&
	       !memcmp(&answer->conversation, &conversation, sizeof(conversation));
}

/* ---- verdicts -------------------------------------------------------------- */

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

/* Returns whether the packet goes to a service of the host that the user has allowed. */
static bool is_allowed(const struct filter *filter, const struct packet *packet)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	uint8_t host[16], target[16];

	if (packet->fragment)
		return false;
	/* In the machine's network, the host's loopback has the address of the host (.2). */
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

/* Decides about a packet to an address outside this host. */
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
	/* ::1, ::, embedded IPv4 addresses, multicast, link-local. */
	if (!memcmp(to, zero, 12) || !memcmp(to, packet_mapped_prefix, 12) || to[0] == 0xff ||
	    (to[0] == 0xfe && (to[1] & 0xc0) == 0x80))
		return FILTER_DROP;
	/* Two prefixes of addresses that stand for an IPv4 address: NAT64 and 6to4. */
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

	if (size >= ETHER_SIZE && get16(frame + 12) == ETHER_ARP)
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

/* ---- refusals ------------------------------------------------------------- */

/* Writes a reset that the sender of @packet accepts. */
static size_t reset_make(const struct packet *packet, uint8_t *ip)
{
	struct tcp_bare reset = {
		.source = packet->port, .port = packet->source, .flags = TCP_RST | TCP_ACK,
		.acknowledgement = get32(packet->payload + 4) + 1,
	};

	return packet_tcp_bare(ip, packet->v6, packet->to, packet->from, &reset);
}

/* Writes an ICMP message that the packet is prohibited, with the beginning of the packet. */
static size_t prohibited_make(const struct packet *packet, const uint8_t *sent, uint8_t *ip)
{
	size_t quoted = packet->payload - sent + 8;
	uint8_t *icmp = ip + 20;

	packet_header(ip, false, packet->to, packet->from, IPPROTO_ICMP, 8 + quoted);
	memset(icmp, 0, 8);
	icmp[0] = ICMP_UNREACHABLE;
	icmp[1] = ICMP_PROHIBITED;
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
		return ETHER_SIZE + reset_make(&packet, answer + ETHER_SIZE);
	if (packet.v6 || packet.size < 8)
		return 0;
	return ETHER_SIZE + prohibited_make(&packet, frame + ETHER_SIZE, answer + ETHER_SIZE);
}

/* ---- the host's addresses, and what the user allows ----------------------- */

void filter_own_refresh(struct filter *filter)
{
	struct ifaddrs *all, *one;

	if (getifaddrs(&all))
		return;
	filter->nr_own = 0;
	for (one = all; one && filter->nr_own < FILTER_OWN_MAX; one = one->ifa_next) {
		uint8_t *own = filter->own[filter->nr_own];
		const struct sockaddr *address = one->ifa_addr;

		if (!address)
			continue;
		if (address->sa_family == AF_INET)
			packet_address_map(own, (void *)&((struct sockaddr_in *)address)->sin_addr);
		else if (address->sa_family == AF_INET6)
			memcpy(own, &((struct sockaddr_in6 *)address)->sin6_addr, 16);
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
	/* libslirp keeps this port for its own TFTP server, even though the server is off. */
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
