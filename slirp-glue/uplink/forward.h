/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * forward.h - read the text of a forward, which leads a port of the host to a port of a machine
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
 * Reads one of
 *   tcp:[ADDRESS:]PORT-[ADDRESS:]PORT    udp:[ADDRESS:]PORT-[ADDRESS:]PORT
 *   unix:PATH-[ADDRESS:]PORT
 * with the host's side first. Without an ADDRESS the host's is 127.0.0.1 and the machine's is
 * left as 0.0.0.0. IPv6 addresses are in brackets. Returns 0, or -EINVAL and the reason in *why.
 */
int forward_parse(const char *spec, struct forward *forward, const char **why);

/* Returns whether @a and @b listen at the same address or path of the host. */
bool forward_same(const struct forward *a, const struct forward *b);

#endif /* FORWARD_H */
