// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink_slirp.c - uplink backend: connects a machine to the internet through libslirp
 *
 * libslirp plays a small network with a router, and terminates the machine's connections in
 * sockets of this process. Frames from the machine go through filter.c first. TFTP, the old
 * emulations and the programs that libslirp can start for a port are off. TCP to the machine runs
 * ahead of the machine's acknowledgements (local_ack.c), except on a cable with settings, whose
 * effect must be visible.
 *
 *   10.0.2.2    the host: answers ping, and gives access to services that were allowed (allow=)
 *   10.0.2.3    the name server
 *   10.0.2.15   the machine, by DHCP
 *   fec0::2, fec0::3, and a prefix by router advertisement, if the host has IPv6
 *
 * libslirp's descriptors are polled by the event loop (struct loop_poller), and its timers are
 * timers of the loop. uplink.c and the loop, in the uplink's process, are the only callers of this
 * file.
 */
#include "uplink/uplink_slirp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/loop.h"
#include "common/packet.h"
#include "common/say.h"
#include "common/words.h"
#include "uplink/filter.h"
#include "uplink/forwards.h"
#include "uplink/local_ack.h"
#include "uplink/uplink.h"

#define OWN_REFRESH (10 * SECOND_NS)	/* between checks of the host's addresses */

enum {
	DHCP_FIRST = 15,		/* last byte of the address that the machine gets */
	POLL_TIMEOUT_MAX = 60000,	/* ms */
};

typedef unsigned long long ull;

static struct {
	Slirp *slirp;
	struct filter filter;
	enum { IPV6_AUTO, IPV6_ON, IPV6_OFF } ipv6;
	char hostname[64];
	struct loop_timer refresh;
	bool told_ping;			/* we have told the user why ping does not work */
	bool local_ack;			/* local_ack.c is in use */
	uint64_t frames_in, frames_out;	/* from the machine, to it */
} up = {
	.filter = {
		.net = { 10, 0, 2, 0 }, .mask = { 255, 255, 255, 0 },
		.host = { 10, 0, 2, 2 }, .dns = { 10, 0, 2, 3 },
		.net6 = { 0xfe, 0xc0 }, .host6 = { 0xfe, 0xc0, [15] = 2 },
		.dns6 = { 0xfe, 0xc0, [15] = 3 },
	},
};

/* ---- called by libslirp ----------------------------------------------------- */

static ssize_t packet_out(const void *data, size_t size, void *opaque)
{
	filter_delivered(&up.filter, data, size);
	up.frames_out++;
	if (!up.local_ack || !local_ack_deliver(data, size))
		uplink_send(data, size, true);
	return size;
}

static void guest_error(const char *text, void *opaque)
{
}

static int64_t clock_ns(void *opaque)
{
	return loop_now_exact();
}

struct slirp_timer {
	struct loop_timer timer;
	SlirpTimerCb fn;
	void *arg;
};

static void timer_fire(struct loop_timer *timer)
{
	struct slirp_timer *mine = container_of(timer, struct slirp_timer, timer);

	mine->fn(mine->arg);
}

static void *timer_new(SlirpTimerCb fn, void *arg, void *opaque)
{
	struct slirp_timer *mine = calloc(1, sizeof(*mine));

	/* libslirp makes its few timers when it starts, and cannot do without them. */
	if (!mine)
		abort();
	mine->fn = fn;
	mine->arg = arg;
	mine->timer.fire = timer_fire;
	return mine;
}

static void timer_free(void *timer, void *opaque)
{
	struct slirp_timer *mine = timer;

	loop_timer_set(&mine->timer, 0);
	free(mine);
}

static void timer_mod(void *timer, int64_t expire_ms, void *opaque)
{
	struct slirp_timer *mine = timer;

	loop_timer_set(&mine->timer, expire_ms > 0 ? expire_ms * 1000000ULL : 1);
}

static void fd_ignore(int fd, void *opaque)
{
}

static void notify(void *opaque)
{
}

static const SlirpCb callbacks = {
	.send_packet = packet_out,
	.guest_error = guest_error,
	.clock_get_ns = clock_ns,
	.timer_new = timer_new,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = fd_ignore,
	.unregister_poll_fd = fd_ignore,
	.notify = notify,
};

static void to_machine(struct frame *frame)
{
	uplink_send_frame(frame, true);
}

static void to_stack(const uint8_t *frame, size_t size)
{
	slirp_input(up.slirp, frame, size);
}

static const struct local_ack_ends ends = { .to_machine = to_machine, .to_stack = to_stack };

/* ---- frames and polling ---------------------------------------------------- */

static void refuse(const struct frame *frame)
{
	uint8_t answer[128];
	size_t size = filter_refusal(frame->data, frame->size, answer);

	if (size)
		uplink_send(answer, size, true);
}

static void input(struct frame *frame)
{
	up.frames_in++;
	switch (filter_check(&up.filter, frame->data, frame->size)) {
	case FILTER_PASS:
		if (up.local_ack && local_ack_accept(frame->data, frame->size))
			break;
		slirp_input(up.slirp, frame->data, frame->size);
		break;
	case FILTER_NO_PING:
		if (!up.told_ping && get16(frame->data + 12) == ETHER_IPV4)
			say("ping beyond the host needs, on the host: "
			    "sysctl -w net.ipv4.ping_group_range='%u %u'", getgid(), getgid());
		up.told_ping = true;
		refuse(frame);
		break;
	case FILTER_REFUSE:
		refuse(frame);
		break;
	case FILTER_DROP:
		break;
	}
}

static struct pollfd *poll_fds;
static int poll_room, nr_polled;

static int poll_add(int fd, int events, void *opaque)
{
	struct pollfd *new = &poll_fds[nr_polled];

	if (nr_polled == poll_room)
		return -1;
	*new = (struct pollfd) {
		.fd = fd,
		.events = (events & SLIRP_POLL_IN ? POLLIN : 0) |
			  (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
			  (events & SLIRP_POLL_PRI ? POLLPRI : 0),
	};
	return nr_polled++;
}

static int poll_get(int index, void *opaque)
{
	int events = index < 0 ? 0 : poll_fds[index].revents;

	return (events & POLLIN ? SLIRP_POLL_IN : 0) | (events & POLLOUT ? SLIRP_POLL_OUT : 0) |
	       (events & POLLPRI ? SLIRP_POLL_PRI : 0) | (events & POLLERR ? SLIRP_POLL_ERR : 0) |
	       (events & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static int poll_fill(struct pollfd *fds, int room, int *timeout)
{
	uint32_t wait = UINT32_MAX;

	poll_fds = fds;
	poll_room = room;
	nr_polled = 0;
	slirp_pollfds_fill(up.slirp, &wait, poll_add, NULL);
	if (wait != UINT32_MAX)
		*timeout = wait > POLL_TIMEOUT_MAX ? POLL_TIMEOUT_MAX : wait;
	return nr_polled;
}

static void poll_done(struct pollfd *fds, int nr)
{
	poll_fds = fds;
	slirp_pollfds_poll(up.slirp, 0, poll_get, NULL);
	if (up.local_ack)
		local_ack_run();
}

static const struct loop_poller poller = { .fill = poll_fill, .done = poll_done };

/* ---- commands ---------------------------------------------------------------- */

static int do_show(struct mgmt_reply *reply, char **words, int nr_words)
{
	char net[INET_ADDRSTRLEN];

	mgmt_line(reply, "kind slirp");
	mgmt_line(reply, "network %s/24%s", inet_ntop(AF_INET, up.filter.net, net, sizeof(net)),
		  up.filter.restricted ? ", restricted" : "");
	mgmt_line(reply, "ipv6 %s", up.ipv6 == IPV6_ON ? "on" : "off");
	mgmt_line(reply, "ping %s", up.filter.can_ping ? "on" :
		  "off: the host's net.ipv4.ping_group_range leaves this user out");
	mgmt_line(reply, "frames %llu from the machine, %llu to it", (ull)up.frames_in,
		  (ull)up.frames_out);
	mgmt_line(reply, "filter %llu dropped, %llu refused", (ull)up.filter.dropped,
		  (ull)up.filter.refused);
	mgmt_line(reply, "tcp %s: %llu bytes acknowledged before the machine, "
		  "%llu frames repeated, %llu connections given up",
		  up.local_ack ? "ahead" : "not ahead", (ull)local_ack_counters.ahead,
		  (ull)local_ack_counters.repeated, (ull)local_ack_counters.given_up);
	forwards_show(reply, "forward ");
	return 0;
}

static int do_connections(struct mgmt_reply *reply, char **words, int nr_words)
{
	char *text = slirp_connection_info(up.slirp), *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		mgmt_line(reply, "%s", line);
	g_free(text);
	return 0;
}

static int do_stop(struct mgmt_reply *reply, char **words, int nr_words)
{
	loop_stop(0);
	return 0;
}

static const struct mgmt_command commands[] = {
	{ .name = "show", .fn = do_show },
	{ .name = "connections", .fn = do_connections },
	{
		.name = "forward-add", .min_words = 1, .max_words = 1, .usage = "SPEC",
		.fn = forwards_do_add,
	},
	{
		.name = "forward-remove", .min_words = 1, .max_words = 1, .usage = "SPEC",
		.fn = forwards_do_remove,
	},
	{ .name = "forward-list", .fn = forwards_do_list },
	{ .name = "stop", .fn = do_stop },
	{ .name = "help", .fn = mgmt_help },
	{ 0 },
};

/* ---- start ------------------------------------------------------------------- */

static int net_option(const char *text)
{
	unsigned int a, b, c;
	char rest;

	if (sscanf(text, "%u.%u.%u.0/24%c", &a, &b, &c, &rest) != 3 || a > 223 || b > 255 ||
	    c > 255 || !a || a == 127)
		return -EINVAL;
	memcpy(up.filter.net, (uint8_t[]) { a, b, c, 0 }, 4);
	memcpy(up.filter.host, (uint8_t[]) { a, b, c, 2 }, 4);
	memcpy(up.filter.dns, (uint8_t[]) { a, b, c, 3 }, 4);
	return 0;
}

static int allow_option(const char *service, char *error, size_t error_size)
{
	int result;

	if (up.filter.nr_allowed == FILTER_ALLOWED_MAX) {
		snprintf(error, error_size, "at most %d services can be allowed",
			 FILTER_ALLOWED_MAX);
		return -ENOSPC;
	}
	result = filter_allow_parse(service, &up.filter.allowed[up.filter.nr_allowed++]);
	if (result == -EOPNOTSUPP)
		snprintf(error, error_size, "UDP port 69 (TFTP) of the host cannot be reached "
			 "through libslirp, which keeps the port for itself; serve the file by "
			 "HTTP");
	else if (result)
		snprintf(error, error_size, "must be tcp:ADDRESS:PORT or udp:ADDRESS:PORT");
	return result;
}

static int option(const char *word, char *error, size_t error_size)
{
	const char *value;
	bool on;

	if (!strcmp(word, "restrict")) {
		up.filter.restricted = true;
		return 0;
	}
	if ((value = word_value(word, "forward=")))
		return forwards_want(value);
	if ((value = word_value(word, "allow=")))
		return allow_option(value, error, error_size);
	if ((value = word_value(word, "net=")))
		return net_option(value);
	if ((value = word_value(word, "hostname="))) {
		if (strlen(value) >= sizeof(up.hostname))
			return -EINVAL;
		strcpy(up.hostname, value);
		return 0;
	}
	if ((value = word_value(word, "ipv6="))) {
		if (word_read_switch(value, &on))
			return -EINVAL;
		up.ipv6 = on ? IPV6_ON : IPV6_OFF;
		return 0;
	}
	return -EINVAL;
}

static bool host_lets_ping(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void own_refresh(struct loop_timer *timer)
{
	filter_own_refresh(&up.filter);
	up.filter.can_ping = host_lets_ping();
	loop_timer_set(timer, loop_now() + OWN_REFRESH);
}

/* Returns whether the host has an IPv6 address in the range of the internet (2000::/3). */
static bool host_has_ipv6(void)
{
	for (unsigned int i = 0; i < up.filter.nr_own; i++)
		if ((up.filter.own[i][0] & 0xe0) == 0x20)
			return true;
	return false;
}

static int start(char *error, size_t error_size)
{
	SlirpConfig config = {
		.version = 4, .in_enabled = true, .if_mtu = WIRE_MTU_MAX, .if_mru = WIRE_MTU_MAX,
		.vprefix_len = 64, .vhostname = *up.hostname ? up.hostname : NULL,
	};

	own_refresh(&up.refresh);
	up.refresh.fire = own_refresh;
	if (up.ipv6 == IPV6_AUTO)
		up.ipv6 = host_has_ipv6() ? IPV6_ON : IPV6_OFF;
	config.in6_enabled = up.ipv6 == IPV6_ON;
	memcpy(&config.vnetwork, up.filter.net, 4);
	memcpy(&config.vnetmask, up.filter.mask, 4);
	memcpy(&config.vhost, up.filter.host, 4);
	memcpy(&config.vnameserver, up.filter.dns, 4);
	memcpy(&config.vdhcp_start, up.filter.net, 4);
	((uint8_t *)&config.vdhcp_start)[3] = DHCP_FIRST;
	memcpy(&config.vprefix_addr6, up.filter.net6, 8);
	memcpy(&config.vhost6, up.filter.host6, 16);
	memcpy(&config.vnameserver6, up.filter.dns6, 16);
	up.slirp = slirp_new(&config, &callbacks, NULL);
	if (!up.slirp || local_ack_init(&ends)) {
		snprintf(error, error_size, "libslirp cannot be started");
		return -ENOMEM;
	}
	up.local_ack = uplink_cable_is_perfect();
	forwards_start(up.slirp, up.filter.net);
	return 0;
}

static void stop(void)
{
	forwards_stop();
	local_ack_release();
	slirp_cleanup(up.slirp);
}

const struct uplink_backend uplink_slirp = {
	.name = "slirp",
	.commands = commands,
	.option = option,
	.start = start,
	.input = input,
	.poller = &poller,
	.stop = stop,
};
