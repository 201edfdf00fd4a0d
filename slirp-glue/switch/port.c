// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - one port of the switch: frames in, frames out
 *
 * In: when the socket is readable, one recvmmsg() takes up to PORT_BATCH frames into big
 * frames that are kept ready (batch[]); each goes to port_input(), which may keep it. Several
 * frames of one message (WIRE_BUNDLE) get memory of their own first.
 *
 * Out: port_send() brings the frame into the form that the peer understands (segments,
 * checksums, VLAN tag) and queues it. ports_flush() hands the queues over, small frames
 * together in one message if the peer takes those; after each batch, so that the contents
 * are still in the processor's cache. A peer that does not read fills its socket, then its
 * queue; what comes then is lost for it, and nobody else waits. Frames that have to wait are moved to memory of their size (frame_hold()).
 */
#include "switch/port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>
#include "common/offload.h"

void (*port_input)(struct port *port, struct frame *frame);
void (*port_changed)(struct port *port);

static struct port *ports[PORTS_MAX + 1];
static struct port *active[PORTS_MAX];
static unsigned int nr_active;
static struct port *dirty[PORTS_MAX];
static unsigned int nr_dirty;
static struct frame *batch[PORT_BATCH];

/* ---- the set of ports ----------------------------------------------------- */

static void queue_add(struct port *port, struct frame *frame);

static void impair_deliver(struct impair *impair, struct frame *frame)
{
	struct port *port = container_of(impair, struct port, impair);

	if (port->kind && port->up)
		queue_add(port, frame);
}

static void arriving_deliver(struct impair *impair, struct frame *frame)
{
	struct port *port = container_of(impair, struct port, arriving);

	if (!port->kind)
		return;
	port_input(port, frame);
	ports_flush();
}

struct port *port_get(uint16_t number)
{
	struct port *port;

	if (number < 1 || number > PORTS_MAX)
		return NULL;
	if (ports[number])
		return ports[number];
	port = calloc(1, sizeof(*port));
	if (!port)
		return NULL;
	port->number = number;
	port->up = true;
	port->data.fd = port->control.fd = -1;
	impair_init(&port->impair, loop_now_exact() * 2654435761u + number, impair_deliver);
	impair_init(&port->arriving, number, arriving_deliver);
	ports[number] = port;
	return port;
}

struct port *port_find_free(const char *name)
{
	struct port *port = NULL;

	while (*name && (port = port_next(port)))
		if (!port->kind && !strcmp(port->name, name))
			return port;
	for (uint16_t number = 1; number <= PORTS_MAX; number++)
		if (!ports[number] || !ports[number]->kind)
			return port_get(number);
	return NULL;
}

struct port *port_next(struct port *port)
{
	for (unsigned int number = port ? port->number + 1 : 1; number <= PORTS_MAX; number++)
		if (ports[number])
			return ports[number];
	return NULL;
}

unsigned int port_nr_active(void)
{
	return nr_active;
}

struct port *port_active(unsigned int index)
{
	return active[index];
}

/* ---- out ------------------------------------------------------------------ */

static struct port_waiting *queue_at(struct port *port, uint32_t index)
{
	return &port->queue[(port->queue_first + index) % PORT_QUEUE];
}

static void queue_drop(struct port *port, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct frame *frame = queue_at(port, i)->frame;

		port->queue_bytes -= frame->size;
		frame_put(frame);
	}
	port->queue_first = (port->queue_first + count) % PORT_QUEUE;
	port->queue_length -= count;
}

static enum port_form form_for(const struct port *port, const struct frame *frame)
{
	bool tag = !port->access && frame->vlan && frame->vlan != port->vlan;

	if (tag == frame->tagged)
		return FORM_AS_IS;
	return tag ? FORM_ADD_TAG : FORM_STRIP_TAG;
}

static void queue_add(struct port *port, struct frame *frame)
{
	struct port_waiting *waiting;

	if (port->queue_length == PORT_QUEUE ||
	    port->queue_bytes + frame->size > PORT_QUEUE_BYTES) {
		port->counters.queue_full++;
		return;
	}
	waiting = queue_at(port, port->queue_length++);
	waiting->form = form_for(port, frame);
	waiting->frame = port->blocked ? frame_hold(frame) : frame_get(frame);
	port->queue_bytes += frame->size;
	if (!port->dirty && !port->blocked) {
		port->dirty = true;
		dirty[nr_dirty++] = port;
	}
}

static void send_finished(struct frame *frame, void *arg)
{
	struct port *port = arg;

	if (!impair_active(&port->impair))
		queue_add(port, frame);
	else if (!impair_send(&port->impair, frame))
		port->counters.lost++;
}

void port_send(struct port *port, struct frame *frame)
{
	/* A bad cable carries what a real one carries: no giant segments. */
	bool offload = port->features & WIRE_OFFLOAD && !impair_active(&port->impair);

	if (!offload && frame->head.gso) {
		if (!offload_segment(frame, send_finished, port))
			port->counters.queue_full++;
		return;
	}
	if (!offload)
		offload_checksum(frame);
	if (!port->kind->heads && frame->size > CLASSIC_FRAME_MAX) {
		port->counters.giants++;
		return;
	}
	send_finished(frame, port);
}

struct packet {
	struct wire_head head;
	uint8_t tag[TAG_SIZE];
};

enum { PACKET_PIECES = 4, BUNDLED_MAX = 8192 };	/* a larger frame is worth a message of its own */
_Static_assert(PORT_BATCH <= (int)WIRE_BUNDLE_FRAMES, "a batch fits into one message");

/* The pieces of one frame, from @iov on; returns where they end. @bundled: one of several in a message. */
static struct iovec *packet_make(struct packet *packet, const struct port *port, const struct port_waiting *waiting,
				 bool bundled, struct iovec *iov)
{
	struct frame *frame = waiting->frame;
	uint32_t from = 12;
	int shift = 0;

	packet->head = (struct wire_head) { 0 };
	if (port->kind->heads) {
		packet->head = frame->head;
		*iov++ = (struct iovec) { &packet->head, sizeof(packet->head) };
	}
	if (waiting->form == FORM_AS_IS) {
		*iov++ = (struct iovec) { frame->data, frame->size };
	} else {
		*iov++ = (struct iovec) { frame->data, 12 };
		if (waiting->form == FORM_ADD_TAG) {
			put16(packet->tag, 0x8100);
			put16(packet->tag + 2, frame->vlan);
			*iov++ = (struct iovec) { packet->tag, TAG_SIZE };
			shift = TAG_SIZE;
		} else {
			from += TAG_SIZE;
			shift = -TAG_SIZE;
		}
		*iov++ = (struct iovec) { frame->data + from, frame->size - from };
		if (packet->head.csum_flags)
			packet->head.sum_from += shift;
		if (packet->head.gso)
			packet->head.headers += shift;
	}
	packet->head.kind = bundled ? frame->size + shift : WIRE_FRAME;
	return iov;
}

/* How many of the @count frames that wait from @index on go into one message. */
static uint32_t bundle_length(struct port *port, uint32_t index, uint32_t count)
{
	uint32_t length = 0, bytes = WIRE_HEAD_SIZE;

	if (!(port->features & WIRE_BUNDLES))
		return 1;
	for (; length < count; length++) {
		uint32_t size = queue_at(port, index + length)->frame->size + TAG_SIZE;

		bytes += WIRE_HEAD_SIZE + size;
		if (size > BUNDLED_MAX || bytes > WIRE_BUNDLE_MAX)
			break;
	}
	return length ? length : 1;
}

static void port_block(struct port *port)
{
	port->blocked = true;
	loop_change(&port->data, EPOLLIN | EPOLLOUT);
	for (uint32_t i = 0; i < port->queue_length; i++) {
		struct port_waiting *waiting = queue_at(port, i);
		struct frame *held = frame_hold(waiting->frame);

		frame_put(waiting->frame);
		waiting->frame = held;
	}
}

/* Messages of what waits, PORT_BATCH frames at most; each has lengths[] of them. */
static unsigned int messages_make(struct port *port, struct mmsghdr *messages, uint32_t *lengths)
{
	static struct packet packets[PORT_BATCH];
	static struct iovec pieces[PORT_BATCH * (PACKET_PIECES + 1)];
	static const struct wire_head bundle = { .kind = WIRE_BUNDLE };
	uint32_t count = port->queue_length < PORT_BATCH ? port->queue_length : PORT_BATCH;
	struct iovec *iov = pieces;
	unsigned int nr = 0;

	for (uint32_t i = 0; i < count; nr++) {
		uint32_t length = bundle_length(port, i, count - i);
		struct iovec *first = iov;

		if (length > 1)
			*iov++ = (struct iovec) { (void *)&bundle, sizeof(bundle) };
		for (uint32_t j = 0; j < length; j++, i++)
			iov = packet_make(&packets[i], port, queue_at(port, i), length > 1, iov);
		messages[nr].msg_hdr = (struct msghdr) { .msg_iov = first, .msg_iovlen = iov - first };
		lengths[nr] = length;
	}
	return nr;
}

static void port_flush(struct port *port)
{
	static struct mmsghdr messages[PORT_BATCH];
	static uint32_t lengths[PORT_BATCH];

	while (port->queue_length) {
		int sent = sendmmsg(port->data.fd, messages, messages_make(port, messages, lengths), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			port_block(port);
			return;
		}
		/* Too big for this socket, or nobody there: the peer's end is noticed on reading. */
		if (sent <= 0) {
			port->counters.queue_full++;
			queue_drop(port, 1);
			continue;
		}
		for (int i = 0; i < sent; i++) {
			uint32_t nr_heads = port->kind->heads ? lengths[i] + (lengths[i] > 1) : 0;

			port->counters.tx_bytes += messages[i].msg_len - nr_heads * WIRE_HEAD_SIZE;
			port->counters.tx_frames += lengths[i];
			queue_drop(port, lengths[i]);
		}
	}
}

void ports_flush(void)
{
	for (unsigned int i = 0; i < nr_dirty; i++) {
		dirty[i]->dirty = false;
		if (dirty[i]->kind)
			port_flush(dirty[i]);
	}
	nr_dirty = 0;
}

/* ---- in ------------------------------------------------------------------- */

/* Frames for a batch; fewer than PORT_BATCH when memory is short. */
static unsigned int batch_fill(void)
{
	unsigned int i;

	for (i = 0; i < PORT_BATCH; i++) {
		if (!batch[i])
			batch[i] = frame_new(FRAME_BIG);
		if (!batch[i])
			break;
		memset(&batch[i]->head, 0, sizeof(batch[i]->head));
		batch[i]->vlan = 0;
		batch[i]->tagged = false;
	}
	return i;
}

/* A frame that has come whole, or without its end (@cut_off). */
static void frame_take(struct port *port, struct frame *frame, bool cut_off)
{
	if (frame->size < FRAME_MIN) {
		port->counters.runts++;
	} else if (cut_off || frame->size > WIRE_FRAME_MAX) {
		port->counters.giants++;
	} else if (!offload_check(frame)) {
		port->counters.malformed++;
	} else {
		port->counters.rx_frames++;
		port->counters.rx_bytes += frame->size;
		if (!impair_active(&port->arriving))
			port_input(port, frame);
		else if (!impair_send(&port->arriving, frame))
			port->counters.lost++;
	}
}

/* Several frames in one message: @bundle's head has been taken off, @size bytes follow. */
static void bundle_take(struct port *port, const struct frame *bundle, uint32_t size)
{
	uint32_t at = 0;

	for (int i = 0; i < WIRE_BUNDLE_FRAMES && size - at >= WIRE_HEAD_SIZE; i++) {
		const uint8_t *data = bundle->data + at + WIRE_HEAD_SIZE;
		struct frame *frame;
		struct wire_head head;

		memcpy(&head, bundle->data + at, WIRE_HEAD_SIZE);
		if (head.kind > size - at - WIRE_HEAD_SIZE)
			break;
		at += WIRE_HEAD_SIZE + head.kind;
		frame = frame_new(head.kind);
		if (!frame) {
			port->counters.queue_full++;
			continue;
		}
		frame->size = head.kind;
		frame->head = head;
		frame->head.kind = WIRE_FRAME;
		memcpy(frame->data, data, frame->size);
		frame_take(port, frame, false);
		frame_put(frame);
	}
	if (at != size)
		port->counters.malformed++;
	/* Queues are no longer than some bundles. */
	ports_flush();
}

/* The message in @frame has @size bytes, head included. */
static void message_take(struct port *port, struct frame *frame, uint32_t size, bool cut_off)
{
	if (port->kind->heads) {
		if (size < WIRE_HEAD_SIZE) {
			port->counters.runts++;
			return;
		}
		size -= WIRE_HEAD_SIZE;
		if (frame->head.kind == WIRE_BUNDLE && !cut_off)
			bundle_take(port, frame, size);
		if (frame->head.kind != WIRE_FRAME)
			return;
	}
	frame->size = size;
	frame_take(port, frame, cut_off);
}

/* What the caller's reference was the last of can be used again at once. */
static void batch_recycle(unsigned int index)
{
	if (batch[index]->refs == 1)
		return;
	frame_put(batch[index]);
	batch[index] = NULL;
}

static void port_receive(struct port *port)
{
	static struct iovec iov[PORT_BATCH][2];
	static struct mmsghdr messages[PORT_BATCH];
	unsigned int nr = batch_fill();
	bool heads = port->kind->heads;
	int got;

	for (unsigned int i = 0; i < nr; i++) {
		iov[i][0] = (struct iovec) { &batch[i]->head, WIRE_HEAD_SIZE };
		iov[i][1] = (struct iovec) { batch[i]->data, batch[i]->room };
		messages[i].msg_hdr = (struct msghdr) {
			.msg_iov = heads ? iov[i] : iov[i] + 1, .msg_iovlen = heads ? 2 : 1,
		};
	}
	got = nr ? recvmmsg(port->data.fd, messages, nr, MSG_DONTWAIT, NULL) : 0;
	/* The end of a connection reads as an empty message. */
	if ((got < 0 && errno != EAGAIN && errno != EINTR) ||
	    (got > 0 && heads && !messages[0].msg_len)) {
		port_disconnect(port);
		return;
	}
	for (int i = 0; i < got; i++)
		message_take(port, batch[i], messages[i].msg_len,
			     messages[i].msg_hdr.msg_flags & MSG_TRUNC);
	ports_flush();
	for (int i = 0; i < got; i++)
		batch_recycle(i);
}

static void data_ready(struct loop_source *source, uint32_t events)
{
	struct port *port = container_of(source, struct port, data);
	uint32_t generation = port->generation;

	if (events & EPOLLOUT && port->blocked) {
		port->blocked = false;
		loop_change(source, EPOLLIN);
		port_flush(port);
	}
	if (events & ~EPOLLOUT && port->kind && port->generation == generation)
		port_receive(port);
}

/* ---- coming and going ----------------------------------------------------- */

static void control_ready(struct loop_source *source, uint32_t events)
{
	struct port *port = container_of(source, struct port, control);
	char ignored[256];
	ssize_t size = read(source->fd, ignored, sizeof(ignored));

	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		port_disconnect(port);
}

int port_connect(struct port *port, const struct port_kind *kind, int data_fd, int control_fd,
		 char *path, uint32_t features)
{
	int size = PORT_QUEUE_BYTES, error;

	/* As much as the host grants; by default it grants little. */
	setsockopt(data_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	port->data = (struct loop_source) { .fd = data_fd, .ready = data_ready };
	port->control = (struct loop_source) { .fd = control_fd, .ready = control_ready };
	error = loop_add(&port->data, EPOLLIN);
	if (error)
		return error;
	if (control_fd >= 0)
		error = loop_add(&port->control, EPOLLIN);
	if (error) {
		loop_remove(&port->data);
		return error;
	}
	port->kind = kind;
	port->path = path;
	port->features = features;
	port->generation++;
	active[nr_active++] = port;
	port_changed(port);
	return 0;
}

static void source_close(struct loop_source *source)
{
	if (source->fd < 0)
		return;
	loop_remove(source);
	close(source->fd);
	source->fd = -1;
}

void port_disconnect(struct port *port)
{
	if (!port->kind)
		return;
	source_close(&port->data);
	source_close(&port->control);
	if (port->path)
		unlink(port->path);
	free(port->path);
	port->path = NULL;
	queue_drop(port, port->queue_length);
	impair_release(&port->impair);
	impair_release(&port->arriving);
	port->blocked = false;
	port->kind = NULL;
	for (unsigned int i = 0; i < nr_active; i++)
		if (active[i] == port)
			active[i] = active[--nr_active];
	port_changed(port);
}

void port_note(struct port *port, uint16_t kind, const void *message, size_t size)
{
	struct wire_head head = { .kind = kind };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)message, size } };
	struct msghdr header = { .msg_iov = iov, .msg_iovlen = 2 };

	if (port->kind && port->kind->heads)
		sendmsg(port->data.fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void port_set_up(struct port *port, bool up)
{
	uint32_t state = up;

	port->up = up;
	if (!up) {
		queue_drop(port, port->queue_length);
		impair_release(&port->impair);
		impair_release(&port->arriving);
	}
	port_note(port, WIRE_LINK, &state, sizeof(state));
	port_changed(port);
}

void ports_release(void)
{
	for (unsigned int number = 1; number <= PORTS_MAX; number++) {
		if (!ports[number])
			continue;
		port_disconnect(ports[number]);
		free(ports[number]->allowed);
		free(ports[number]);
		ports[number] = NULL;
	}
	for (unsigned int i = 0; i < PORT_BATCH; i++) {
		frame_put(batch[i]);
		batch[i] = NULL;
	}
}
