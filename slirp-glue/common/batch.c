// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c - receive several messages with one call to the host
 *
 * Used by the ports of the switch and by the uplink for its machine. This module keeps big frames
 * ready between calls. A frame that nobody holds after its message has been handled is reused for
 * the next batch, because its memory is probably still in the processor's cache.
 *
 * Called by port.c and uplink.c, only on the thread that runs the event loop, and not while a
 * batch is being handled.
 */
#include "common/batch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static struct frame *ready[BATCH_MAX];

/* Fills ready[] with frames. Returns how many: fewer than BATCH_MAX if memory is short. */
static unsigned int frames_prepare(void)
{
	unsigned int i;

	for (i = 0; i < BATCH_MAX; i++) {
		if (!ready[i])
			ready[i] = frame_new(FRAME_BIG);
		if (!ready[i])
			break;
		memset(&ready[i]->head, 0, sizeof(ready[i]->head));
		ready[i]->vlan = 0;
		ready[i]->tagged = false;
	}
	return i;
}

int batch_receive(int fd, bool has_heads, struct batch_message *messages)
{
	static struct iovec iov[BATCH_MAX][2];
	static struct mmsghdr headers[BATCH_MAX];
	unsigned int nr = frames_prepare();
	int got;

	for (unsigned int i = 0; i < nr; i++) {
		iov[i][0] = (struct iovec) { &ready[i]->head, WIRE_HEAD_SIZE };
		iov[i][1] = (struct iovec) { ready[i]->data, ready[i]->room };
		headers[i].msg_hdr = (struct msghdr) {
			.msg_iov = has_heads ? iov[i] : iov[i] + 1, .msg_iovlen = has_heads ? 2 : 1,
		};
	}
	got = nr ? recvmmsg(fd, headers, nr, MSG_DONTWAIT, NULL) : 0;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	/* The end of a connection reads as an empty message. */
	if (got && has_heads && !headers[0].msg_len)
		return -ECONNRESET;
	for (int i = 0; i < got; i++)
		messages[i] = (struct batch_message) {
			.frame = ready[i],
			.size = headers[i].msg_len,
			.is_cut = headers[i].msg_hdr.msg_flags & MSG_TRUNC,
		};
	return got;
}

void batch_recycle(int nr)
{
	for (int i = 0; i < nr; i++) {
		if (ready[i]->refs == 1)
			continue;
		frame_put(ready[i]);
		ready[i] = NULL;
	}
}

void batch_release(void)
{
	for (int i = 0; i < BATCH_MAX; i++) {
		frame_put(ready[i]);
		ready[i] = NULL;
	}
}
