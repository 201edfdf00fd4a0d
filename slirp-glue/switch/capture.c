// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture.c - send frames as a pcap stream, for Wireshark and tcpdump
 *
 * The format is the classic pcap format with nanoseconds (magic a1b23c4d), in the byte order of
 * this host. A file header of 24 bytes comes first, then 16 bytes before each frame. What the
 * socket does not take at once waits in a buffer of BUFFER_MAX bytes. Frames for which the buffer
 * has no room are counted and left out, so a slow reader misses only whole frames.
 *
 * A frame is recorded as it is in the switch: with its checksum filled in, with its VLAN tag if
 * it arrived with one, and before segmentation.
 *
 * Called by switch.c and by the command `capture`; runs in the switch's event loop.
 */
#include "switch/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "common/loop.h"
#include "common/offload.h"
#include "common/say.h"

/* Not in the enum: this constant needs all 32 bits, which would make the enum unsigned. */
static const uint32_t PCAP_MAGIC_NS = 0xa1b23c4d;

enum {
	PCAP_ETHERNET = 1,
	SNAP_SIZE = 262144,
	BUFFER_MAX = 8 << 20,
	CAPTURES_MAX = 16,
};

struct pcap_file {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snap_size, link_type;
};

struct pcap_record {
	uint32_t seconds, nanoseconds, size, full_size;
};

struct capture {
	struct loop_source source;
	uint16_t port;
	uint8_t *buffer;
	size_t first, size;		/* in a ring of BUFFER_MAX bytes */
	uint64_t missed;
};

unsigned int nr_captures;
static struct capture *captures[CAPTURES_MAX];

static void capture_end(struct capture *capture)
{
	for (int i = 0; i < CAPTURES_MAX; i++)
		if (captures[i] == capture)
			captures[i] = NULL;
	nr_captures--;
	if (capture->missed)
		say("a capture was read too slowly and missed %llu frames",
		    (unsigned long long)capture->missed);
	loop_remove(&capture->source);
	close(capture->source.fd);
	free(capture->buffer);
	free(capture);
}

/* Sends what waits in the buffer. False: the reader has gone. */
static bool capture_flush(struct capture *capture)
{
	while (capture->size) {
		size_t part = BUFFER_MAX - capture->first;
		ssize_t sent;

		if (part > capture->size)
			part = capture->size;
		sent = send(capture->source.fd, capture->buffer + capture->first, part,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0) {
			if (errno != EAGAIN)
				return false;
			loop_change(&capture->source, EPOLLIN | EPOLLOUT);
			return true;
		}
		capture->first = (capture->first + sent) % BUFFER_MAX;
		capture->size -= sent;
	}
	loop_change(&capture->source, EPOLLIN);
	return true;
}

static void capture_ready(struct loop_source *source, uint32_t events)
{
	struct capture *capture = container_of(source, struct capture, source);
	char ignored[64];

	if (events & EPOLLOUT && !capture_flush(capture)) {
		capture_end(capture);
		return;
	}
	if (events & ~EPOLLOUT && read(source->fd, ignored, sizeof(ignored)) == 0)
		capture_end(capture);
}

static void buffer_add(struct capture *capture, const void *from, size_t size)
{
	size_t at = (capture->first + capture->size) % BUFFER_MAX;
	size_t part = BUFFER_MAX - at < size ? BUFFER_MAX - at : size;

	memcpy(capture->buffer + at, from, part);
	memcpy(capture->buffer, (const uint8_t *)from + part, size - part);
	capture->size += size;
}

int capture_add(int fd, uint16_t port)
{
	struct pcap_file header = {
		.magic = PCAP_MAGIC_NS, .major = 2, .minor = 4,
		.snap_size = SNAP_SIZE, .link_type = PCAP_ETHERNET,
	};
	struct capture *capture;
	int place, error;

	for (place = 0; place < CAPTURES_MAX && captures[place]; place++)
		;
	capture = place < CAPTURES_MAX ? calloc(1, sizeof(*capture)) : NULL;
	if (!capture)
		return -ENOMEM;
	capture->buffer = malloc(BUFFER_MAX);
	capture->port = port;
	capture->source = (struct loop_source) { .fd = fd, .ready = capture_ready };
	error = capture->buffer ? loop_add(&capture->source, EPOLLIN) : -ENOMEM;
	if (error) {
		free(capture->buffer);
		free(capture);
		return error;
	}
	captures[place] = capture;
	nr_captures++;
	buffer_add(capture, &header, sizeof(header));
	if (!capture_flush(capture))
		capture_end(capture);
	return 0;
}

void capture_frame(uint16_t port, bool incoming, struct frame *frame)
{
	struct pcap_record record;
	struct timespec now;

	if (!frame->head.gso)
		offload_checksum(frame);
	clock_gettime(CLOCK_REALTIME, &now);
	record = (struct pcap_record) {
		.seconds = now.tv_sec, .nanoseconds = now.tv_nsec,
		.size = frame->size, .full_size = frame->size,
	};
	for (int i = 0; i < CAPTURES_MAX; i++) {
		struct capture *capture = captures[i];

		if (!capture || (capture->port ? capture->port != port : !incoming))
			continue;
		if (BUFFER_MAX - capture->size < sizeof(record) + frame->size) {
			capture->missed++;
			continue;
		}
		buffer_add(capture, &record, sizeof(record));
		buffer_add(capture, frame->data, frame->size);
		if (!capture_flush(capture))
			capture_end(capture);
	}
}

void capture_release(void)
{
	for (int i = 0; i < CAPTURES_MAX; i++)
		if (captures[i])
			capture_end(captures[i]);
}
