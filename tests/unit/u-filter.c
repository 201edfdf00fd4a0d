// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-filter.c - test the filter of the uplink: which addresses and ports a machine can reach
 *
 * `make check-unit` runs this program on the host.
 */
#include "uplink/filter.h"

#include <arpa/inet.h>
#include "common/frame.h"
#include "tap.h"

static struct filter filter;

static void filter_reset(void)
{
	filter = (struct filter) {
		.net = { 10, 0, 2, 0 }, .mask = { 255, 255, 255, 0 }, .host = { 10, 0, 2, 2 },
		.dns = { 10, 0, 2, 3 }, .net6 = { 0xfe, 0xc0 }, .host6 = { 0xfe, 0xc0, [15] = 2 },
		.dns6 = { 0xfe, 0xc0, [15] = 3 }, .can_ping = true, .nr_own = 2,
		.own = { { [10] = 0xff, 0xff, 192, 0, 2, 7 },
			 { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } },
	};
}

static uint8_t frame[200];

/* Makes a packet from the machine; @flags is only for TCP. Returns its size. */
static size_t packet(const char *to, uint8_t protocol, uint16_t port, uint8_t flags)
{
	bool v6 = strchr(to, ':');
	uint8_t *ip = frame + 14, *payload = ip + (v6 ? 40 : 20);

	memset(frame, 0, sizeof(frame));
	put16(frame + 12, v6 ? 0x86dd : 0x0800);
	if (v6) {
		ip[0] = 0x60;
		put16(ip + 4, 40);
		ip[6] = protocol;
		inet_pton(AF_INET6, "fec0::15", ip + 8);
		inet_pton(AF_INET6, to, ip + 24);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, 60);
		ip[9] = protocol;
		inet_pton(AF_INET, "10.0.2.15", ip + 12);
		inet_pton(AF_INET, to, ip + 16);
	}
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) {
		payload[0] = port;
	} else {
		put16(payload, 40000);
		put16(payload + 2, port);
		payload[12] = 5 << 4;
		payload[13] = flags;
	}
	return 14 + (v6 ? 40 : 20) + 40;
}

static enum filter_verdict check(const char *to, uint8_t protocol, uint16_t port)
{
	return filter_check(&filter, frame, packet(to, protocol, port, 0x02));
}

static bool passes(const char *to, uint8_t protocol, uint16_t port)
{
	return check(to, protocol, port) == FILTER_PASS;
}

static void test_host(void)
{
	static const char *const never[] = {
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.2.2", "10.0.2.4",
		"10.0.2.255", "169.254.169.254", "192.0.2.7", "224.0.0.1", "255.255.255.255",
		"::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fec0::2",
		"fec0::4", "fe80::1", "ff02::1", "2001:db8::7", "64:ff9b::7f00:1",
		"2002:7f00:1::1",
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		ok(!passes(never[i], IPPROTO_TCP, 80) && !passes(never[i], IPPROTO_UDP, 80),
		   "%s cannot be reached", never[i]);
	ok(passes("8.8.8.8", IPPROTO_TCP, 80) && passes("8.8.8.8", IPPROTO_UDP, 53) &&
	   passes("2001:4860::8888", IPPROTO_TCP, 80), "the internet can be reached");
	ok(passes("10.0.2.3", IPPROTO_UDP, 53) && passes("10.0.2.3", IPPROTO_TCP, 53) &&
	   passes("fec0::3", IPPROTO_UDP, 53), "the name server can be asked");
	ok(!passes("10.0.2.3", IPPROTO_TCP, 80) && !passes("10.0.2.3", IPPROTO_UDP, 54) &&
	   !passes("fec0::3", IPPROTO_TCP, 22), "other ports of the name server cannot be reached");
	ok(passes("255.255.255.255", IPPROTO_UDP, 67) && passes("10.0.2.2", IPPROTO_UDP, 67),
	   "DHCP passes");
	ok(!passes("10.0.2.2", IPPROTO_UDP, 69), "TFTP to the host is refused");
	ok(passes("10.0.2.2", IPPROTO_ICMP, 8) && passes("8.8.8.8", IPPROTO_ICMP, 8),
	   "ping passes");
	filter.can_ping = false;
	is(check("8.8.8.8", IPPROTO_ICMP, 8), FILTER_NO_PING,
	   "ping beyond the host fails if the host does not let its users ping");
	ok(passes("10.0.2.2", IPPROTO_ICMP, 8), "ping to the host works even then");
	filter.can_ping = true;
}

static void allow(const char *text)
{
	if (filter_allow_parse(text, &filter.allowed[filter.nr_allowed++]))
		bail("%s is refused", text);
}

static void test_allowed(void)
{
	static const char *const bad[] = {
		"", "tcp:", "tcp:80", "tcp:localhost:80", "sctp:1.2.3.4:5", "tcp:1.2.3.4:0",
		"tcp:1.2.3.4:65536", "tcp:1.2.3.4:x", "udp:127.0.0.1:69", "tcp:[::1:80",
		"tcp:::1:80", "tcp:1.2.3:80",
	};
	struct filter_allowed allowed;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(filter_allow_parse(bad[i], &allowed), "allow='%s' is rejected", bad[i]);
	allow("tcp:127.0.0.1:80");
	allow("udp:192.0.2.7:514");
	allow("tcp:[::1]:81");
	ok(passes("10.0.2.2", IPPROTO_TCP, 80),
	   "a service allowed on the loopback can be reached at 10.0.2.2");
	ok(!passes("10.0.2.2", IPPROTO_TCP, 81) && !passes("10.0.2.2", IPPROTO_UDP, 80),
	   "other ports and protocols of the host cannot be reached");
	ok(!passes("127.0.0.1", IPPROTO_TCP, 80),
	   "an allowed service cannot be reached at 127.0.0.1");
	ok(passes("192.0.2.7", IPPROTO_UDP, 514) && !passes("192.0.2.7", IPPROTO_TCP, 514),
	   "a service allowed at the host's own address can be reached by its protocol only");
	ok(passes("fec0::2", IPPROTO_TCP, 81),
	   "a service allowed on ::1 can be reached at fec0::2");
	filter_reset();
}

static void test_forwards(void)
{
	uint8_t delivered[60] = { 0 };

	is(filter_check(&filter, frame, packet("10.0.2.2", IPPROTO_TCP, 40001, 0x12)), FILTER_PASS,
	   "the answer to a forwarded TCP connection passes");
	is(filter_check(&filter, frame, packet("10.0.2.2", IPPROTO_TCP, 40001, 0xc2)),
	   FILTER_REFUSE,
	   "a SYN with ECN bits opens a connection and is refused");
	ok(!passes("10.0.2.2", IPPROTO_UDP, 5000), "UDP to the host is refused");
	put16(delivered + 12, 0x0800);
	delivered[14] = 0x45;
	put16(delivered + 16, 40);
	delivered[23] = IPPROTO_UDP;
	inet_pton(AF_INET, "10.0.2.2", delivered + 26);
	inet_pton(AF_INET, "10.0.2.15", delivered + 30);
	put16(delivered + 34, 5000);
	put16(delivered + 36, 40000);
	filter_delivered(&filter, delivered, sizeof(delivered));
	ok(passes("10.0.2.2", IPPROTO_UDP, 5000), "an answer to a datagram from the host passes");
	ok(!passes("10.0.2.2", IPPROTO_UDP, 5001), "an answer to another port is refused");
	packet("10.0.2.2", IPPROTO_UDP, 5000, 0);
	put16(frame + 34, 40001);
	is(filter_check(&filter, frame, 74), FILTER_REFUSE,
	   "an answer from another port is refused");
}

static void test_restricted(void)
{
	filter.restricted = true;
	ok(!passes("8.8.8.8", IPPROTO_TCP, 80) && !passes("8.8.8.8", IPPROTO_UDP, 53) &&
	   !passes("8.8.8.8", IPPROTO_ICMP, 8) && !passes("2001:4860::8888", IPPROTO_TCP, 80),
	   "a restricted machine cannot reach the internet");
	ok(!passes("10.0.2.3", IPPROTO_UDP, 53),
	   "a restricted machine cannot reach the name server");
	ok(passes("255.255.255.255", IPPROTO_UDP, 67), "a restricted machine can use DHCP");
	is(filter_check(&filter, frame, packet("10.0.2.2", IPPROTO_TCP, 40001, 0x10)), FILTER_PASS,
	   "a restricted machine can answer forwarded connections");
	allow("tcp:127.0.0.1:80");
	ok(passes("10.0.2.2", IPPROTO_TCP, 80), "a restricted machine can reach allowed services");
	filter_reset();
}

static void test_malformed(void)
{
	size_t size = packet("8.8.8.8", IPPROTO_TCP, 80, 2);

	is(filter_check(&filter, frame, 13), FILTER_DROP, "a runt is dropped");
	is(filter_check(&filter, frame, size - 1), FILTER_DROP,
	   "a packet longer than its frame is dropped");
	frame[14] = 0x44;
	is(filter_check(&filter, frame, size), FILTER_DROP,
	   "an IP header that is too short is dropped");
	packet("8.8.8.8", IPPROTO_TCP, 80, 2);
	put16(frame + 12, 0x8100);
	is(filter_check(&filter, frame, size), FILTER_DROP, "a tagged frame is dropped");
	put16(frame + 12, 0x88cc);
	is(filter_check(&filter, frame, size), FILTER_DROP,
	   "a protocol other than IP and ARP is dropped");
	packet("8.8.8.8", IPPROTO_TCP, 80, 2);
	put16(frame + 16, 30);
	is(filter_check(&filter, frame, size), FILTER_DROP,
	   "a TCP packet without ports is dropped");
	allow("tcp:127.0.0.1:80");
	packet("10.0.2.2", IPPROTO_TCP, 80, 2);
	put16(frame + 20, 0x2000);
	ok(filter_check(&filter, frame, size) != FILTER_PASS,
	   "a fragment is not passed because of its port");
	packet("127.0.0.1", IPPROTO_TCP, 80, 0x10);
	is(filter_check(&filter, frame, size), FILTER_DROP,
	   "a segment of a connection to the loopback is dropped");
	filter_reset();
}

static void test_refusal(void)
{
	uint8_t answer[128];
	size_t size = packet("10.0.2.2", IPPROTO_TCP, 80, 2);

	put32(frame + 34 + 4, 1000);
	size = filter_refusal(frame, size, answer);
	ok(size == 54 && answer[14 + 9] == IPPROTO_TCP && answer[34 + 13] == 0x14 &&
	   get32(answer + 34 + 8) == 1001,
	   "a refused TCP connection gets a reset that acknowledges its SYN");
	ok(!memcmp(answer + 26, frame + 30, 4) && !memcmp(answer + 30, frame + 26, 4),
	   "the reset comes from the address that was called");
	size = filter_refusal(frame, packet("10.0.2.2", IPPROTO_UDP, 80, 0), answer);
	ok(size == 14 + 20 + 8 + 28 && answer[14 + 20] == 3 && answer[14 + 21] == 13,
	   "a refused UDP datagram gets an ICMP message");
}

int main(void)
{
	filter_reset();
	test_host();
	test_allowed();
	test_forwards();
	test_restricted();
	test_malformed();
	test_refusal();
	return tap_done();
}
