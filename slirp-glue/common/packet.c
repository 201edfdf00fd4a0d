// SPDX-License-Identifier: GPL-2.0-only
/*
 * packet.c - find the headers of IP packets in Ethernet frames, and make new ones
 *
 * Called by the uplink's filter (filter.c) and local acknowledgements (local_ack.c, segment.c), in
 * the uplink's event loop. IPv4 addresses are mapped to IPv6 addresses here, so both have one form.
 * Checksums may be computed from mapped addresses, because their prefix adds up to zero.
 */
#include "common/packet.h"

#include <netinet/in.h>
#include <string.h>
#include "common/bytes.h"
#include "common/offload.h"

const uint8_t packet_mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

void packet_address_map(uint8_t *to, const uint8_t *v4)
{
	memcpy(to, packet_mapped_prefix, 12);
	memcpy(to + 12, v4, 4);
}

static bool parse_ipv4(const uint8_t *ip, size_t size, struct packet *packet)
{
	size_t header, total;

	if (size < 20 || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 15) * 4;
	total = get16(ip + 2);
	if (header < 20 || total < header || total > size)
		return false;
	packet_address_map(packet->from, ip + 12);
	packet_address_map(packet->to, ip + 16);
	packet->protocol = ip[9];
	/*
	 * The first fragment counts as well: a later fragment may overwrite the ports in it.
	 */
	packet->fragment = get16(ip + 6) & 0x3fff;
	packet->payload = ip + header;
	packet->size = total - header;
	return true;
}

static bool parse_ipv6(const uint8_t *ip, size_t size, struct packet *packet)
{
	size_t total;

	if (size < 40 || ip[0] >> 4 != 6)
		return false;
	total = get16(ip + 4);
	if (total > size - 40)
		return false;
	packet->v6 = true;
	memcpy(packet->from, ip + 8, 16);
	memcpy(packet->to, ip + 24, 16);
	packet->protocol = ip[6];
	packet->payload = ip + 40;
	packet->size = total;
	return true;
}

bool packet_parse(const uint8_t *frame, size_t size, struct packet *packet)
{
	uint16_t type = size < ETHER_SIZE ? 0 : get16(frame + 12);
	bool good = false;

	memset(packet, 0, sizeof(*packet));
	if (type == ETHER_IPV4)
		good = parse_ipv4(frame + ETHER_SIZE, size - ETHER_SIZE, packet);
	else if (type == ETHER_IPV6)
		good = parse_ipv6(frame + ETHER_SIZE, size - ETHER_SIZE, packet);
	if (!good)
		return false;
	if (packet->fragment ||
	    (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP))
		return true;
	if (packet->size < (packet->protocol == IPPROTO_TCP ? TCP_SIZE : 8))
		return false;
	packet->source = get16(packet->payload);
	packet->port = get16(packet->payload + 2);
	return true;
}

size_t packet_header(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to,
		     uint8_t protocol, size_t size)
{
	if (v6) {
		memset(ip, 0, 40);
		ip[0] = 0x60;
		put16(ip + 4, size);
		ip[6] = protocol;
		ip[7] = 64;
		memcpy(ip + 8, from, 16);
		memcpy(ip + 24, to, 16);
		return 40;
	}
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, 20 + size);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, from + 12, 4);
	memcpy(ip + 16, to + 12, 4);
	offload_store(ip + 10, offload_sum(ip, 20, 0));
	return 20;
}

void packet_tcp_sum(uint8_t *tcp, size_t size, const uint8_t *from, const uint8_t *to)
{
	uint8_t rest[8] = { [7] = IPPROTO_TCP };
	uint64_t sum;

	put32(rest, size);
	put16(tcp + 16, 0);
	sum = offload_sum(rest, 8, 0);
	sum = offload_sum(to, 16, sum);
	sum = offload_sum(from, 16, sum);
	offload_store(tcp + 16, offload_sum(tcp, size, sum));
}

size_t packet_tcp_bare(uint8_t *ip, bool v6, const uint8_t *from, const uint8_t *to,
		       const struct tcp_bare *bare)
{
	size_t header = packet_header(ip, v6, from, to, IPPROTO_TCP, TCP_SIZE);
	uint8_t *tcp = ip + header;

	memset(tcp, 0, TCP_SIZE);
	put16(tcp, bare->source);
	put16(tcp + 2, bare->port);
	put32(tcp + 4, bare->sequence);
	put32(tcp + 8, bare->acknowledgement);
	tcp[12] = TCP_SIZE / 4 << 4;
	tcp[13] = bare->flags;
	put16(tcp + 14, bare->window);
	packet_tcp_sum(tcp, TCP_SIZE, from, to);
	return header + TCP_SIZE;
}
