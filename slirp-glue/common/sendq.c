// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendq.c - queue the frames for one peer, and send them in batches
 *
 * Each port of the switch has such a queue, and so has the uplink for its machine. Frames are
 * gathered during a turn of the event loop and sent at its end, up to SENDQ_BATCH per call to
 * the host. A peer that understands WIRE_BUNDLE gets several small frames in one message.
 *
 * When the socket is full the queue is blocked until epoll reports EPOLLOUT. Frames that wait
 * meanwhile are moved to buffers that fit them (frame_hold()). When the queue is full as well,
 * further frames for this peer are dropped, and no other peer has to wait.
 *
 * Called by port.c and uplink.c, only on the thread that runs the event loop.
 */
#include "common/sendq.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	ETHERTYPE_VLAN = 0x8100,
	ADDRESSES_SIZE = 12,		/* bytes before the tag */
	PIECES_MAX = 4,			/* of one frame */
	BUNDLED_MAX = 8192,		/* bytes; a larger frame is worth a message of its own */
};

_Static_assert(SENDQ_BATCH <= (int)WIRE_BUNDLE_FRAMES, "a batch fits into one message");

/* What is sent before and inside a frame's data. */
struct additions {
	struct wire_head head;
	uint8_t tag[TAG_SIZE];
};

int sendq_init(struct sendq *queue, struct loop_source *source, uint32_t nr_entries,
	       uint32_t max_size)
{
	*queue = (struct sendq) {
		.source = source,
		.entries = calloc(nr_entries, sizeof(*queue->entries)),
		.nr_entries = nr_entries,
		.max_size = max_size,
	};
	return queue->entries ? 0 : -ENOMEM;
}

void sendq_release(struct sendq *queue)
{
	sendq_clear(queue);
	free(queue->entries);
	queue->entries = NULL;
}

static struct sendq_entry *entry_at(struct sendq *queue, uint32_t index)
{
	return &queue->entries[(queue->first + index) & (queue->nr_entries - 1)];
}

static void entries_drop(struct sendq *queue, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct frame *frame = entry_at(queue, i)->frame;

		queue->size -= frame->size;
		frame_put(frame);
	}
	queue->first += count;
	queue->nr_waiting -= count;
}

void sendq_connect(struct sendq *queue, bool has_heads, bool takes_bundles)
{
	queue->has_heads = has_heads;
	queue->takes_bundles = takes_bundles;
	queue->is_blocked = false;
}

void sendq_clear(struct sendq *queue)
{
	entries_drop(queue, queue->nr_waiting);
}

void sendq_add(struct sendq *queue, struct frame *frame, enum sendq_form form)
{
	struct sendq_entry *entry;

	if (queue->nr_waiting == queue->nr_entries || queue->size + frame->size > queue->max_size) {
		queue->counters.queue_full++;
		return;
	}
	entry = entry_at(queue, queue->nr_waiting++);
	entry->form = form;
	entry->frame = queue->is_blocked ? frame_hold(frame) : frame_get(frame);
	queue->size += frame->size;
}

/* ---- messages -------------------------------------------------------------- */

/* Writes the pieces of one frame from @iov on; returns where they end. */
static struct iovec *pieces_make(struct additions *additions, const struct sendq *queue,
				 const struct sendq_entry *entry, bool in_bundle, struct iovec *iov)
{
	struct frame *frame = entry->frame;
	struct wire_head *head = &additions->head;
	uint32_t from = ADDRESSES_SIZE;
	int shift = 0;

	*head = (struct wire_head) { 0 };
	if (queue->has_heads) {
		*head = frame->head;
		*iov++ = (struct iovec) { head, sizeof(*head) };
	}
	if (entry->form == SENDQ_AS_IS) {
		*iov++ = (struct iovec) { frame->data, frame->size };
	} else {
		*iov++ = (struct iovec) { frame->data, ADDRESSES_SIZE };
		if (entry->form == SENDQ_ADD_TAG) {
			put16(additions->tag, ETHERTYPE_VLAN);
			put16(additions->tag + 2, frame->vlan);
			*iov++ = (struct iovec) { additions->tag, TAG_SIZE };
			shift = TAG_SIZE;
		} else {
			from += TAG_SIZE;
			shift = -TAG_SIZE;
		}
		*iov++ = (struct iovec) { frame->data + from, frame->size - from };
		if (head->csum_flags)
			head->sum_from += shift;
		if (head->gso)
			head->headers += shift;
	}
	head->kind = in_bundle ? frame->size + shift : WIRE_FRAME;
	return iov;
}

/* Returns how many of the @count frames that wait from @index on go into one message. */
static uint32_t bundle_length(struct sendq *queue, uint32_t index, uint32_t count)
{
	uint32_t length = 0, total = WIRE_HEAD_SIZE;

	if (!queue->takes_bundles)
		return 1;
	for (; length < count; length++) {
		uint32_t size = entry_at(queue, index + length)->frame->size + TAG_SIZE;

		total += WIRE_HEAD_SIZE + size;
		if (size > BUNDLED_MAX || total > WIRE_BUNDLE_MAX)
			break;
	}
	return length ? length : 1;
}

/*
 * Makes messages of up to SENDQ_BATCH waiting frames and returns how many messages; message i
 * holds lengths[i] frames.
 */
static unsigned int messages_make(struct sendq *queue, struct mmsghdr *messages, uint32_t *lengths)
{
	static struct additions additions[SENDQ_BATCH];
	static struct iovec pieces[SENDQ_BATCH * (PIECES_MAX + 1)];
	static const struct wire_head bundle = { .kind = WIRE_BUNDLE };
	uint32_t count = queue->nr_waiting < SENDQ_BATCH ? queue->nr_waiting : SENDQ_BATCH;
	struct iovec *iov = pieces;
	unsigned int nr = 0;

	for (uint32_t i = 0; i < count; nr++) {
		uint32_t length = bundle_length(queue, i, count - i);
		struct iovec *first = iov;

		if (length > 1)
			*iov++ = (struct iovec) { (void *)&bundle, sizeof(bundle) };
		for (uint32_t j = 0; j < length; j++, i++)
			iov = pieces_make(&additions[i], queue, entry_at(queue, i), length > 1,
					  iov);
		messages[nr].msg_hdr = (struct msghdr) {
			.msg_iov = first, .msg_iovlen = iov - first,
		};
		lengths[nr] = length;
	}
	return nr;
}

/* ---- sending --------------------------------------------------------------- */

static void queue_block(struct sendq *queue)
{
	queue->is_blocked = true;
	loop_change(queue->source, EPOLLIN | EPOLLOUT);
	for (uint32_t i = 0; i < queue->nr_waiting; i++) {
		struct sendq_entry *entry = entry_at(queue, i);
		struct frame *held = frame_hold(entry->frame);

		frame_put(entry->frame);
		entry->frame = held;
	}
}

void sendq_flush(struct sendq *queue)
{
	static struct mmsghdr messages[SENDQ_BATCH];
	static uint32_t lengths[SENDQ_BATCH];

	while (queue->nr_waiting && !queue->is_blocked) {
		int sent = sendmmsg(queue->source->fd, messages,
				    messages_make(queue, messages, lengths),
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			queue_block(queue);
			return;
		}
		/*
		 * The message is too big for this socket, or the peer has gone. The next read from
		 * the socket reports a peer that has gone.
		 */
		if (sent <= 0) {
			queue->counters.queue_full++;
			entries_drop(queue, 1);
			continue;
		}
		for (int i = 0; i < sent; i++) {
			uint32_t nr_heads = queue->has_heads ? lengths[i] + (lengths[i] > 1) : 0;

			queue->counters.tx_bytes += messages[i].msg_len - nr_heads * WIRE_HEAD_SIZE;
			queue->counters.tx_frames += lengths[i];
			entries_drop(queue, lengths[i]);
		}
	}
}

bool sendq_send(struct sendq *queue, const struct wire_head *head, const void *data, size_t size)
{
	struct iovec iov[2] = { { (void *)head, WIRE_HEAD_SIZE }, { (void *)data, size } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

	sendq_flush(queue);
	if (queue->nr_waiting || queue->is_blocked ||
	    sendmsg(queue->source->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return false;
	queue->counters.tx_frames++;
	queue->counters.tx_bytes += size;
	return true;
}

void sendq_unblock(struct sendq *queue)
{
	if (!queue->is_blocked)
		return;
	queue->is_blocked = false;
	loop_change(queue->source, EPOLLIN);
	sendq_flush(queue);
}
