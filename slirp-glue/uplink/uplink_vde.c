// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink_vde.c - any network that libvdeplug can open: vde://, udp://, vxvde://, ptp:// ...
 *
 * Frames go both ways as they are; libvdeplug takes up to 9234 bytes. Its receiving call
 * may block, so it is only made when poll() has promised something.
 *
 * A network that ends (its switch was killed) ends this process: opening it anew needs what
 * the process has given up. Whoever started it starts another.
 */
#include "uplink/uplink.h"

#include <errno.h>
#include <libvdeplug.h>
#include <string.h>
#include <sys/epoll.h>
#include "common/loop.h"
#include "common/say.h"

enum { BATCH = 32 };

static struct {
	char url[512];
	VDECONN *connection;
	struct loop_source data, control;
	uint64_t frames_in, frames_out, giants, lost;
} up = { .control.fd = -1 };

static int option(const char *word)
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
	say("%s has gone", up.url);
	loop_stop(STATUS_FAILED);
}

static bool more_waits(void)
{
	struct pollfd fd = { .fd = up.data.fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* Not the end: by udp:// the other side may start later, which comes back as an error. */
static bool passing(ssize_t size)
{
	return size < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ||
			    errno == ENETUNREACH || errno == EHOSTUNREACH);
}

static void data_ready(struct loop_source *source, uint32_t events)
{
	static uint8_t frame[VDE_ETHBUFSIZE];

	for (int i = 0; i < BATCH && more_waits(); i++) {
		ssize_t size = vde_recv(up.connection, frame, sizeof(frame), 0);

		if (size <= 0) {
			if (!passing(size))
				ended();
			return;
		}
		/* One byte means: nothing for us. */
		if (size < FRAME_MIN)
			continue;
		up.frames_out++;
		uplink_output(frame, size, false);
	}
}

static void control_ready(struct loop_source *source, uint32_t events)
{
	ended();
}

static int start(void)
{
	if (!*up.url) {
		say("run vde: the URL is missing");
		return -EINVAL;
	}
	up.connection = vde_open(up.url, "umlab", NULL);
	if (!up.connection) {
		say("%s: %s", up.url, errno == EPROTONOSUPPORT ?
		    "libvdeplug knows no such scheme (its modules are packages libvdeplug-*)" :
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
		say("%s: cannot be polled", up.url);
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
	loop_stop(STATUS_OK);
	return 0;
}

static const struct mgmt_command commands[] = {
	{ "show", 0, 0, "", do_show },
	{ "stop", 0, 0, "", do_stop },
	{ NULL, 0, 0, NULL, NULL },
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
	.segments = true,
	.stop = stop,
};
