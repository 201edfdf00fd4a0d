// SPDX-License-Identifier: GPL-2.0-only
/*
 * forwards.c - manage the forwards of a libslirp uplink: set by options, changed by commands
 *
 * uplink_slirp.c starts and stops the forwards, and has forwards_do_*() in its table of commands.
 * Everything runs in the uplink's event loop.
 */
#include "uplink/forwards.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/say.h"
#include "common/socket.h"
#include "uplink/forward.h"

enum { FORWARDS_MAX = 256 };

struct active_forward {
	struct forward forward;
	char *spec;
};

static Slirp *slirp;
static const uint8_t *net;			/* the network of the machine, 4 bytes */
static char *wanted[FORWARDS_MAX];		/* from the command line */
static int nr_wanted;
static struct active_forward forwards[FORWARDS_MAX];
static int nr_forwards;

/* Removes the file of a socket that nobody serves any more. */
static void stale_remove(const struct forward *forward)
{
	int fd;

	if (forward->host.any.sa_family != AF_UNIX)
		return;
	fd = socket_connect(forward->host.local.sun_path, SOCK_STREAM);
	if (fd >= 0)
		close(fd);
	else if (fd == -ECONNREFUSED)
		unlink(forward->host.local.sun_path);
}

/* Fills in the address that the machine gets by DHCP if the user named none. */
static void guest_default(struct forward *forward)
{
	if (forward->guest.any.sa_family != AF_INET || forward->guest.v4.sin_addr.s_addr)
		return;
	memcpy(&forward->guest.v4.sin_addr, net, 4);
	((uint8_t *)&forward->guest.v4.sin_addr)[3] = 15;
}

/* Starts a forward. Returns 0, or -errno and a message in @error. */
static int forward_add(const char *spec, char *error, size_t error_size)
{
	struct forward forward;
	const char *why;
	char *copy;
	int flags, result;

	if (forward_parse(spec, &forward, &why)) {
		snprintf(error, error_size, "forward '%s': %s", spec, why);
		return -EINVAL;
	}
	if (nr_forwards == FORWARDS_MAX) {
		snprintf(error, error_size, "there are %d forwards already", FORWARDS_MAX);
		return -ENOSPC;
	}
	copy = strdup(spec);
	if (!copy) {
		snprintf(error, error_size, "forward '%s': out of memory", spec);
		return -ENOMEM;
	}
	guest_default(&forward);
	stale_remove(&forward);
	flags = (forward.udp ? SLIRP_HOSTFWD_UDP : 0) |
		(forward.host.any.sa_family == AF_INET6 ? SLIRP_HOSTFWD_V6ONLY : 0);
	errno = 0;
	result = slirp_add_hostxfwd(slirp, &forward.host.any, forward.host_size,
				    &forward.guest.any, forward.guest_size, flags);
	if (result < 0) {
		int reason = errno ? errno : EINVAL;

		snprintf(error, error_size, "forward '%s': %s", spec, reason == EADDRINUSE ?
			 "the host's port is taken by another program" : reason == EACCES ?
			 "ports below 1024 are not for ordinary users" : strerror(reason));
		free(copy);
		return -reason;
	}
	forwards[nr_forwards++] = (struct active_forward) { .forward = forward, .spec = copy };
	return 0;
}

static void forward_remove(int index)
{
	struct active_forward *old = &forwards[index];

	slirp_remove_hostxfwd(slirp, &old->forward.host.any, old->forward.host_size,
			      old->forward.udp ? SLIRP_HOSTFWD_UDP : 0);
	if (old->forward.host.any.sa_family == AF_UNIX)
		unlink(old->forward.host.local.sun_path);
	free(old->spec);
	*old = forwards[--nr_forwards];
}

/* ---- commands ---------------------------------------------------------------- */

void forwards_show(struct mgmt_reply *reply, const char *prefix)
{
	for (int i = 0; i < nr_forwards; i++)
		mgmt_line(reply, "%s%s", prefix, forwards[i].spec);
}

int forwards_do_add(struct mgmt_reply *reply, char **words, int nr_words)
{
	char error[300];

	return forward_add(words[1], error, sizeof(error)) ? mgmt_error(reply, "%s", error) : 0;
}

int forwards_do_remove(struct mgmt_reply *reply, char **words, int nr_words)
{
	struct forward forward;
	const char *why;

	if (forward_parse(words[1], &forward, &why))
		return mgmt_error(reply, "forward '%s': %s", words[1], why);
	for (int i = 0; i < nr_forwards; i++) {
		if (forward_same(&forwards[i].forward, &forward)) {
			forward_remove(i);
			return 0;
		}
	}
	return mgmt_error(reply, "forward '%s': not found (see forward list)", words[1]);
}

int forwards_do_list(struct mgmt_reply *reply, char **words, int nr_words)
{
	forwards_show(reply, "");
	return 0;
}

/* ---- start and end ------------------------------------------------------------- */

int forwards_want(const char *spec)
{
	if (nr_wanted == FORWARDS_MAX)
		return -ENOSPC;
	wanted[nr_wanted] = strdup(spec);
	return wanted[nr_wanted++] ? 0 : -ENOMEM;
}

void forwards_start(Slirp *new_slirp, const uint8_t *new_net)
{
	char error[300];

	slirp = new_slirp;
	net = new_net;
	/* Go on if a forward fails, because the machine needs its network. */
	for (int i = 0; i < nr_wanted; i++)
		if (forward_add(wanted[i], error, sizeof(error)))
			say("%s", error);
}

void forwards_stop(void)
{
	while (nr_forwards)
		forward_remove(0);
}
