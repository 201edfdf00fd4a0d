// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-forward.c - test the parser of forwards from a port of the host to a port of the machine
 *
 * `make check-unit` runs this program on the host.
 */
#include "uplink/forward.h"

#include <arpa/inet.h>
#include "tap.h"

static void test_good(void)
{
	struct forward f, g;
	const char *why;

	ok(!forward_parse("tcp:2222-22", &f, &why) && !f.udp && ntohs(f.host.v4.sin_port) == 2222 &&
	   ntohs(f.guest.v4.sin_port) == 22 &&
	   f.host.v4.sin_addr.s_addr == htonl(INADDR_LOOPBACK) &&
	   !f.guest.v4.sin_addr.s_addr, "tcp:2222-22 listens only on the loopback");
	ok(!forward_parse("udp:0.0.0.0:53-10.0.2.20:5353", &f, &why) && f.udp &&
	   !f.host.v4.sin_addr.s_addr &&
	   f.guest.v4.sin_addr.s_addr == inet_addr("10.0.2.20"),
	   "both sides of a forward can have addresses");
	ok(!forward_parse("tcp:[::1]:80-[fec0::15]:80", &f, &why) &&
	   f.host.any.sa_family == AF_INET6,
	   "IPv6 addresses are accepted in brackets");
	ok(!forward_parse("unix:/run/a-b.sock-22", &f, &why) && f.host.any.sa_family == AF_UNIX &&
	   !strcmp(f.host.local.sun_path, "/run/a-b.sock"),
	   "the path of a UNIX socket can contain a dash");
	forward_parse("tcp:2222-22", &f, &why);
	forward_parse("tcp:127.0.0.1:2222-23", &g, &why);
	ok(forward_same(&f, &g),
	   "forwards from the same address and port of the host are the same");
	forward_parse("udp:2222-22", &g, &why);
	ok(!forward_same(&f, &g), "forwards with different protocols differ");
}

static void test_bad(void)
{
	static const char *const bad[] = {
		"", "tcp", "tcp:", "tcp:80", "tcp:80-", "tcp:-80", "tcp:0-80", "tcp:80-65536",
		"tcp:x-80", "sctp:80-80", "tcp:localhost:80-80", "tcp:[::1]:80-80",
		"tcp:[::1:80-[::1]:80", "tcp:1.2.3.4-80",
		"unix:relative-22", "unix:/a", "unix:-22", "unix:/a-x", "tcp:80-80-80",
	};
	char path[300] = "unix:/";
	struct forward f;
	const char *why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(forward_parse(bad[i], &f, &why) && *why, "'%s' is rejected with a reason",
		   bad[i]);
	memset(path + 6, 'a', 200);
	strcpy(path + 206, "-22");
	ok(forward_parse(path, &f, &why), "a path that is too long for a socket is rejected");
}

int main(void)
{
	test_good();
	test_bad();
	return tap_done();
}
