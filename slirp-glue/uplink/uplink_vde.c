// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink_vde.c - uplink backend: connects to any network that libvdeplug can open
 *
 * Schemes are vde://, udp://, vxvde://, ptp:// and more. Frames go both ways unchanged;
 * libvdeplug takes up to 9234 bytes. The receiving call of libvdeplug may block, so it is made only
 * after poll() has announced a frame.
 *
 * When the network ends, for example because its switch was killed, the process fails: opening the
 * network again needs rights that the process has given up. Whoever started the process has to
 * start another.
 *
 * uplink.c and the event loop, in the uplink's process, are the only callers of this file.
 */
#include "uplink/uplink_vde.h"

#include <errno.h>
#include <libvdeplug.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include "common/loop.h"
#include "common/say.h"
#include "uplink/uplink.h"

enum { FRAMES_MAX = 32 };		/* taken in one turn of the loop */

static struct {
	char url[512];
	VDECONN *connection;
	struct loop_source data, control;
	uint64_t frames_in, frames_out, giants, lost;
} up = { .control.fd = -1 };

static int option(const char *word, char *error, size_t error_size)
{
	if (*up.url || strlen(word) >= sizeof(up.url))
		return -EINVAL;
	strcpy(up.url, word);
	return 0;
}

static void input(struct frame *frame)
{
	if (frame->size > VDE_ETHBUFSIZE) {
		up.giants++;
		return;
	}
	up.frames_in++;
	if (vde_send(up.connection, frame->data, frame->size, 0) < 0)
		up.lost++;
}

static void ended(void)
{
	say("%s: the network has gone", up.url);
	loop_stop(-EPIPE);
}

static bool frame_waits(void)
{
	struct pollfd fd = { .fd = up.data.fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* Returns whether the failure may pass: with udp://, the peer may not have started yet. */
static bool is_passing(ssize_t size)
{
	return size < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ||
			    errno == ENETUNREACH || errno == EHOSTUNREACH);
}

static void data_ready(struct loop_source *source, uint32_t events)
{
	static uint8_t frame[VDE_ETHBUFSIZE];

	for (int i = 0; i < FRAMES_MAX && frame_waits(); i++) {
		ssize_t size = vde_recv(up.connection, frame, sizeof(frame), 0);

		if (size <= 0) {
			if (!is_passing(size))
				ended();
			return;
		}
		/* libvdeplug returns one byte for a message that is not for us. */
		if (size < FRAME_MIN)
			continue;
		up.frames_out++;
		uplink_send(frame, size, false);
	}
}

static void control_ready(struct loop_source *source, uint32_t events)
{
	ended();
}

static int start(char *error, size_t error_size)
{
	if (!*up.url) {
		snprintf(error, error_size, "run vde: the URL is missing");
		return -EINVAL;
	}
	up.connection = vde_open(up.url, "umlab", NULL);
	if (!up.connection) {
		snprintf(error, error_size, "%s: %s", up.url, errno == EPROTONOSUPPORT ?
			 "libvdeplug has no such scheme (install a package libvdeplug-*)" :
			 strerror(errno));
		return -EINVAL;
	}
	up.data = (struct loop_source) { .fd = vde_datafd(up.connection), .ready = data_ready };
	up.control.ready = control_ready;
	up.control.fd = vde_ctlfd(up.connection);
	if (up.control.fd == up.data.fd)
		up.control.fd = -1;
	if (loop_add(&up.data, EPOLLIN) ||
	    (up.control.fd >= 0 && loop_add(&up.control, EPOLLIN))) {
		snprintf(error, error_size, "%s: its descriptor cannot be polled", up.url);
		vde_close(up.connection);
		return -EINVAL;
	}
	return 0;
}

static int do_show(struct mgmt_reply *reply, char **words, int nr_words)
{
	mgmt_line(reply, "kind vde");
	mgmt_line(reply, "url %s", up.url);
	mgmt_line(reply, "frames %llu from the machine, %llu to it, %llu too big, %llu refused",
		  (unsigned long long)up.frames_in, (unsigned long long)up.frames_out,
		  (unsigned long long)up.giants, (unsigned long long)up.lost);
	return 0;
}

static int do_stop(struct mgmt_reply *reply, char **words, int nr_words)
{
	loop_stop(0);
	return 0;
}

static const struct mgmt_command commands[] = {
	{ .name = "show", .fn = do_show },
	{ .name = "stop", .fn = do_stop },
	{ .name = "help", .fn = mgmt_help },
	{ 0 },
};

static void stop(void)
{
	vde_close(up.connection);
}

const struct uplink_backend uplink_vde = {
	.name = "vde",
	.commands = commands,
	.option = option,
	.start = start,
	.input = input,
	.needs_segments = true,
	.stop = stop,
};
