// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-sendq.c - test the queue of frames to a peer and the batches of messages from a peer
 *
 * The queue sends to one end of a socket pair; batch_receive() reads the other end.
 * `make check-unit` runs this program on the host.
 */
#include "common/sendq.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/batch.h"
#include "tap.h"

enum { ENTRIES = 64, SIZE_MAX_QUEUED = 40000 };

static struct loop_source source;
static struct sendq queue;
static int peer;

static void ready(struct loop_source *ready_source, uint32_t events)
{
	if (events & EPOLLOUT)
		sendq_unblock(&queue);
}

static void queue_make(void)
{
	int pair[2], small = 4096;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		bail("no socket pair");
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	source = (struct loop_source) { .fd = pair[0], .ready = ready };
	peer = pair[1];
	if (loop_add(&source, EPOLLIN) || sendq_init(&queue, &source, ENTRIES, SIZE_MAX_QUEUED))
		bail("no queue");
	sendq_connect(&queue, true, false);
}

static void queue_end(void)
{
	sendq_release(&queue);
	loop_close(&source);
	close(peer);
}

/* Adds a frame of @size bytes whose first byte is @mark. */
static void add(uint8_t mark, uint32_t size)
{
	struct frame *frame = frame_new(FRAME_BIG);

	memset(frame->data, 0, size);
	frame->data[0] = mark;
	frame->size = size;
	sendq_add(&queue, frame, SENDQ_AS_IS);
	frame_put(frame);
}

/* Receives a batch; stores the first byte of each frame in @marks. */
static int receive(uint8_t *marks, uint32_t *size)
{
	struct batch_message messages[BATCH_MAX];
	int nr = batch_receive(peer, true, messages);

	for (int i = 0; i < nr; i++) {
		marks[i] = messages[i].frame->data[0];
		*size = messages[i].size;
	}
	if (nr > 0)
		batch_recycle(nr);
	return nr;
}

static void test_order(void)
{
	uint8_t marks[BATCH_MAX];
	uint32_t size = 0;

	queue_make();
	add(1, 100);
	add(2, 100);
	is(receive(marks, &size), 0, "nothing is sent before the flush");
	sendq_flush(&queue);
	is(receive(marks, &size), 2, "a flush sends the waiting frames");
	ok(marks[0] == 1 && marks[1] == 2, "a flush sends the frames in order");
	is(size, WIRE_HEAD_SIZE + 100, "each frame is sent with its head");
	is(queue.counters.tx_frames, 2, "sent frames are counted");
	is(queue.counters.tx_bytes, 200, "the bytes of sent frames are counted without heads");
	is(frame_in_use(), BATCH_MAX, "only the frames for the next batch stay in use");
	close(peer);
	add(3, 100);
	sendq_flush(&queue);
	is(queue.counters.queue_full, 1, "a frame to a peer that has gone is dropped and counted");
	peer = -1;
	queue_end();
}

static void test_bounds(void)
{
	queue_make();
	for (int i = 0; i < ENTRIES + 3; i++)
		add(i, 60);
	is(queue.nr_waiting, ENTRIES, "no more frames wait than the queue has entries");
	is(queue.counters.queue_full, 3, "frames for a full queue are dropped and counted");
	sendq_clear(&queue);
	is(queue.nr_waiting, 0, "a queue can be cleared");
	for (int i = 0; i < 5; i++)
		add(i, 10000);
	is(queue.nr_waiting, 4, "no more bytes wait than the queue may hold");
	queue_end();
}

static void test_blocked(void)
{
	struct wire_head head = { 0 };
	uint8_t marks[BATCH_MAX], expected = 0;
	uint32_t size;
	bool in_order = true;
	int nr;

	queue_make();
	for (int i = 0; i < ENTRIES; i++)
		add(i, 600);
	sendq_flush(&queue);
	ok(queue.is_blocked && queue.nr_waiting, "a full socket blocks the queue");
	ok(!sendq_send(&queue, &head, marks, 20),
	   "a direct message cannot overtake waiting frames");
	for (int turns = 0; turns < 1000 && expected < ENTRIES; turns++) {
		nr = receive(marks, &size);
		for (int i = 0; i < nr; i++)
			in_order &= marks[i] == expected++;
		loop_turn(false);
	}
	ok(expected == ENTRIES && in_order, "when the peer reads, all frames arrive in order");
	ok(!queue.is_blocked && !queue.nr_waiting,
	   "the queue is unblocked after the peer has read");
	memset(marks, 77, sizeof(marks));
	ok(sendq_send(&queue, &head, marks, 20), "a message can be sent directly");
	is(receive(marks, &size), 1, "a directly sent message arrives");
	queue_end();
}

static void test_end(void)
{
	uint8_t marks[BATCH_MAX];
	uint32_t size;

	queue_make();
	is(receive(marks, &size), 0, "an open connection without messages is not an error");
	loop_close(&source);
	is(receive(marks, &size), -ECONNRESET, "a closed connection gives -ECONNRESET");
	batch_release();
	is(frame_in_use(), 0, "all frames are released");
	queue_end();
}

int main(void)
{
	if (loop_init())
		bail("the loop does not start");
	test_order();
	test_bounds();
	test_blocked();
	test_end();
	return tap_done();
}
