// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-switch.c - measure frames per second through a switch, and the accuracy of its delay
 *
 *   bench-switch rate own|classic SOCKET PORTS SECONDS SIZE
 *   bench-switch delay own|classic SOCKET COUNT
 *
 * rate: each port of one half sends to one port of the other half as fast as the switch accepts
 * frames. One process plays all peers: it sends a batch from each, then receives what has arrived.
 * The cost of the peers is the same with each switch. `classic` is the protocol of vde_switch,
 * `own` is that of um/wire.h, which packs several small frames into a message. delay: COUNT frames
 * are sent one by one with pauses. The figures are the median and the 99th percentile of the
 * frames' transit times in microseconds. bench-net.sh runs this program on the host.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <um/wire.h>
#include "bench-tool.h"

enum { PORTS_MAX = 256, BATCH = 32 };

static bool own;
static int fds[PORTS_MAX], controls[PORTS_MAX];

static int unix_connect(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(path);
	return fd;
}

static int own_join(const char *path)
{
	struct wire_hello hello = {
		.head.kind = WIRE_HELLO, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD | WIRE_BUNDLES,
	};
	struct wire_welcome welcome;
	int fd = unix_connect(path, SOCK_SEQPACKET), size = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (write(fd, &hello, sizeof(hello)) != sizeof(hello) ||
	    read(fd, &welcome, sizeof(welcome)) != sizeof(welcome) || welcome.error)
		fail("welcome");
	return fd;
}

static int classic_join(const char *path, int *control)
{
	struct __attribute__((packed)) {
		uint32_t magic, version, type;
		struct sockaddr_un address;
		char name[16];
	} request = { 0xfeedface, 3, 0, { .sun_family = AF_UNIX }, "bench" };
	struct sockaddr_un switch_address;
	static int serial;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 4 << 20;

	*control = unix_connect(path, SOCK_STREAM);
	/* Use an abstract address, which leaves no file. */
	snprintf(request.address.sun_path + 1, 100, "bench-switch-%d-%d", getpid(), serial++);
	if (bind(fd, (struct sockaddr *)&request.address, sizeof(request.address)))
		fail("bind");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (write(*control, &request, sizeof(request)) != sizeof(request) ||
	    read(*control, &switch_address, sizeof(switch_address)) <= 0 ||
	    connect(fd, (struct sockaddr *)&switch_address, sizeof(switch_address)))
		fail("classic protocol");
	return fd;
}

static void frame_make(uint8_t *frame, size_t size, int from, int to)
{
	memset(frame, 0, size);
	memcpy(frame, (uint8_t[]) { 2, 0, 0, 0, to >> 8, to }, 6);
	memcpy(frame + 6, (uint8_t[]) { 2, 0, 0, 0, from >> 8, from }, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

static struct msghdr message_of(struct iovec *iov, struct wire_head *head, void *frame, size_t size)
{
	iov[0] = (struct iovec) { head, sizeof(*head) };
	iov[1] = (struct iovec) { frame, size };
	return (struct msghdr) { .msg_iov = own ? iov : iov + 1, .msg_iovlen = own ? 2 : 1 };
}

/* Counts the frames in a message of @size bytes, head included. */
static int frames_in(const struct wire_head *head, const uint8_t *data, size_t size)
{
	struct wire_head entry;
	int nr = 0;

	if (!own || head->kind != WIRE_BUNDLE)
		return 1;
	for (size_t at = 0; at + 2 * sizeof(entry) <= size; nr++) {
		memcpy(&entry, data + at, sizeof(entry));
		at += sizeof(entry) + entry.kind;
	}
	return nr;
}

/* Receives what has arrived at @fd; returns the number of frames. */
static int drain(int fd)
{
	static uint8_t data[BATCH][WIRE_BUNDLE_MAX];
	struct mmsghdr messages[BATCH] = { 0 };
	struct wire_head heads[BATCH];
	struct iovec iov[BATCH][2];
	int got, nr = 0;

	for (int i = 0; i < BATCH; i++)
		messages[i].msg_hdr = message_of(iov[i], &heads[i], data[i], sizeof(data[i]));
	while ((got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL)) > 0) {
		for (int i = 0; i < got; i++)
			nr += frames_in(&heads[i], data[i], messages[i].msg_len);
		if (got < BATCH)
			break;
	}
	return nr;
}

static void all_known(int ports)
{
	struct wire_head head = { .kind = WIRE_FRAME };
	uint8_t frame[64];
	struct iovec iov[2];

	for (int i = 0; i < ports; i++) {
		struct msghdr message;

		frame_make(frame, sizeof(frame), i, 0xffff);
		message = message_of(iov, &head, frame, sizeof(frame));
		sendmsg(fds[i], &message, 0);
	}
	usleep(200000);
	for (int i = 0; i < ports; i++)
		drain(fds[i]);
}

/*
 * Packs a batch of equal frames into messages of the switch's protocol. Returns the number of
 * messages and sets *frames_each to the frames in one message.
 */
static int batch_make(struct mmsghdr *messages, struct iovec *iov, void *frame, size_t size,
		      int *frames_each)
{
	static struct wire_head bundle = { .kind = WIRE_BUNDLE }, head;
	int each = own ? (WIRE_BUNDLE_MAX - WIRE_HEAD_SIZE) / (WIRE_HEAD_SIZE + size) : 1, nr = 0;

	if (each > BATCH)
		each = BATCH;
	while (BATCH % each)
		each--;
	head.kind = each > 1 ? size : WIRE_FRAME;
	for (int left = BATCH; left >= each; left -= each, nr++) {
		struct iovec *first = iov;

		if (each > 1)
			*iov++ = (struct iovec) { &bundle, sizeof(bundle) };
		for (int i = 0; i < each; i++) {
			if (own)
				*iov++ = (struct iovec) { &head, sizeof(head) };
			*iov++ = (struct iovec) { frame, size };
		}
		messages[nr].msg_hdr = (struct msghdr) { .msg_iov = first,
							 .msg_iovlen = iov - first };
	}
	*frames_each = each;
	return nr;
}

static void run_rate(int ports, double seconds, size_t size)
{
	static uint8_t frames[PORTS_MAX][2048];
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec iov[3 * BATCH];
	struct pollfd wait[PORTS_MAX];
	uint64_t arrived = 0, sent = 0;
	int half = ports / 2;
	double start, took;

	for (int i = 0; i < half; i++)
		frame_make(frames[i], size, i, half + i);
	for (int i = 0; i < half; i++)
		wait[i] = (struct pollfd) { .fd = fds[half + i], .events = POLLIN };
	for (start = now(); (took = now() - start) < seconds; ) {
		int put = 0, got = 0;

		for (int i = 0; i < half; i++) {
			int each, nr = batch_make(messages, iov, frames[i], size, &each);
			int done = sendmmsg(fds[i], messages, nr, MSG_DONTWAIT);

			if (done > 0)
				put += done * each;
		}
		for (int i = 0; i < half; i++)
			got += drain(fds[half + i]);
		sent += put;
		arrived += got;
		if (!put && !got)
			poll(wait, half, 1);
	}
	printf("@switch rate %.0f\n", arrived / took);
	fprintf(stderr, "sent %.0f a second\n", sent / took);
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return difference < 0 ? -1 : difference > 0;
}

static void run_delay(int count)
{
	double *times = calloc(count, sizeof(*times));
	struct wire_head head = { .kind = WIRE_FRAME };
	uint8_t frame[64];
	struct iovec iov[2];

	for (int i = 0; i < count; i++) {
		struct msghdr message;
		struct pollfd wait = { .fd = fds[1], .events = POLLIN };
		double start;

		frame_make(frame, sizeof(frame), 0, 1);
		message = message_of(iov, &head, frame, sizeof(frame));
		start = now();
		if (sendmsg(fds[0], &message, 0) < 0 || poll(&wait, 1, 2000) != 1)
			fail("frame");
		times[i] = (now() - start) * 1e6;
		drain(fds[1]);
		usleep(500);
	}
	qsort(times, count, sizeof(*times), compare);
	printf("@switch delay_median %.1f\n@switch delay_99 %.1f\n", times[count / 2],
	       times[count * 99 / 100]);
}

int main(int argc, char **argv)
{
	bool rate = argc == 7 && !strcmp(argv[1], "rate");
	bool delay = argc == 5 && !strcmp(argv[1], "delay");
	int ports = rate ? atoi(argv[4]) : 2;

	if ((!rate && !delay) || ports < 2 || ports > PORTS_MAX)
		return fputs("usage: bench-switch rate own|classic SOCKET PORTS SECONDS SIZE\n"
			     "       bench-switch delay own|classic SOCKET COUNT\n", stderr), 2;
	own = !strcmp(argv[2], "own");
	for (int i = 0; i < ports; i++)
		fds[i] = own ? own_join(argv[3]) : classic_join(argv[3], &controls[i]);
	all_known(ports);
	if (rate)
		run_rate(ports, atof(argv[5]), atoi(argv[6]));
	else
		run_delay(atoi(argv[4]));
	return 0;
}
