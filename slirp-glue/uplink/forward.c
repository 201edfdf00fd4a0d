// SPDX-License-Identifier: GPL-2.0-only
/*
 * forward.c - read the text of a forward, which leads a port of the host to a port of a machine
 *
 * Called by forwards.c in the uplink's process, for options at its start and for commands in the
 * event loop. The functions depend only on their arguments.
 */
#include "uplink/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Reads "[ADDRESS:]PORT" in the @size bytes at @text; @standard is used without an ADDRESS. */
static int endpoint_parse(const char *text, size_t size, uint32_t standard,
			  union address *address, socklen_t *address_size)
{
	char copy[80], *port = copy, *end;
	unsigned long number;

	if (!size || size >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	memset(address, 0, sizeof(*address));
	if (copy[0] == '[') {
		end = strchr(copy, ']');
		if (!end || end[1] != ':')
			return -EINVAL;
		*end = '\0';
		port = end + 2;
		address->v6.sin6_family = AF_INET6;
		*address_size = sizeof(address->v6);
		if (inet_pton(AF_INET6, copy + 1, &address->v6.sin6_addr) != 1)
			return -EINVAL;
	} else {
		address->v4.sin_family = AF_INET;
		address->v4.sin_addr.s_addr = htonl(standard);
		*address_size = sizeof(address->v4);
		end = strchr(copy, ':');
		if (end) {
			*end = '\0';
			port = end + 1;
			if (inet_pton(AF_INET, copy, &address->v4.sin_addr) != 1)
				return -EINVAL;
		}
	}
	if (*port < '0' || *port > '9')
		return -EINVAL;
	number = strtoul(port, &end, 10);
	if (*end || number < 1 || number > 65535)
		return -EINVAL;
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(number);
	else
		address->v4.sin_port = htons(number);
	return 0;
}

int forward_parse(const char *spec, struct forward *forward, const char **why)
{
	const char *dash;

	memset(forward, 0, sizeof(*forward));
	*why = "must begin with tcp:, udp: or unix:";
	if (!strncmp(spec, "unix:", 5)) {
		size_t size;

		spec += 5;
		dash = strrchr(spec, '-');
		size = dash ? dash - spec : 0;
		*why = "needs an absolute path of at most 107 bytes, then -PORT";
		if (!size || size >= sizeof(forward->host.local.sun_path) || *spec != '/')
			return -EINVAL;
		forward->host.local.sun_family = AF_UNIX;
		memcpy(forward->host.local.sun_path, spec, size);
		forward->host_size = sizeof(forward->host.local);
	} else {
		if (strncmp(spec, "tcp:", 4) && strncmp(spec, "udp:", 4))
			return -EINVAL;
		forward->udp = *spec == 'u';
		spec += 4;
		dash = strchr(spec, '-');
		*why = "the host's side must be [ADDRESS:]PORT, then -, then the machine's side";
		if (!dash || endpoint_parse(spec, dash - spec, INADDR_LOOPBACK, &forward->host,
					    &forward->host_size))
			return -EINVAL;
	}
	*why = "the machine's side must be [ADDRESS:]PORT";
	if (endpoint_parse(dash + 1, strlen(dash + 1), INADDR_ANY, &forward->guest,
			   &forward->guest_size))
		return -EINVAL;
	*why = "one side is IPv4 and the other IPv6";
	if (forward->host.any.sa_family != AF_UNIX &&
	    forward->host.any.sa_family != forward->guest.any.sa_family)
		return -EINVAL;
	return 0;
}

bool forward_same(const struct forward *a, const struct forward *b)
{
	return a->udp == b->udp && a->host_size == b->host_size &&
	       !memcmp(&a->host, &b->host, a->host_size);
}
