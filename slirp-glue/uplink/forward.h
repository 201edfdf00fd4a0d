/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forward.h - "this port of the host is that port of the machine": reading such a text
 */
#ifndef FORWARD_H
#define FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

struct forward {
	bool udp;
	union address host;
	union address guest;
	socklen_t host_size, guest_size;
};

/*
 * forward_parse - SPEC is
 *   tcp:[ADDRESS:]PORT-[ADDRESS:]PORT    udp:[ADDRESS:]PORT-[ADDRESS:]PORT
 *   unix:PATH-[ADDRESS:]PORT
 * the host's side first; its address is 127.0.0.1 if none is given, the machine's is the one
 * that it got by DHCP. IPv6 addresses are in brackets. -EINVAL, and *why says what is wrong.
 */
int forward_parse(const char *spec, struct forward *forward, const char **why);

/* Do both have the same host side? */
bool forward_same(const struct forward *a, const struct forward *b);

#endif /* FORWARD_H */
