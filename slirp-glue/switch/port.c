// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - manage the ports of the switch: settings, counters, and the frames in and out
 *
 * In: when a peer's socket is readable, a batch of messages is received (batch.c). Each frame in
 * the batch is checked, and goes through the cable to the switch, which may keep the frame.
 * Frames that arrive together in one message (WIRE_BUNDLE) first get their own buffers.
 *
 * Out: port_send() brings a frame into a form that the peer understands (segments, checksums,
 * VLAN tag) and queues it (sendq.c). The switch sends to many ports during one batch, so the ports
 * with new frames are remembered (dirty). ports_flush() sends these frames after the batch, while
 * the contents are still in the processor's cache.
 *
 * Called by switch.c, serve.c and others, only on the thread of the switch's event loop.
 */
#include "switch/port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "common/batch.h"
#include "common/offload.h"

static void (*port_input)(struct port *port, struct frame *frame);
static void (*port_changed)(struct port *port);

static struct port *ports[PORTS_MAX + 1];
static struct port *active[PORTS_MAX];
static unsigned int nr_active;
static struct port *dirty[PORTS_MAX];
static unsigned int nr_dirty;

/* ---- out ------------------------------------------------------------------ */

static enum sendq_form form_for(const struct port *port, const struct frame *frame)
{
	bool tag = !port->access && frame->vlan && frame->vlan != port->vlan;

	if (tag == frame->tagged)
		return SENDQ_AS_IS;
	return tag ? SENDQ_ADD_TAG : SENDQ_STRIP_TAG;
}

static void frame_queue(struct port *port, struct frame *frame)
{
	sendq_add(&port->out, frame, form_for(port, frame));
	if (!port->dirty && !port->out.is_blocked) {
		port->dirty = true;
		dirty[nr_dirty++] = port;
	}
}

/* Sends a frame that is in its final form. */
static void frame_send(struct frame *frame, void *arg)
{
	struct port *port = arg;

	if (!impair_active(&port->cable.out))
		frame_queue(port, frame);
	else if (!impair_send(&port->cable.out, frame))
		port->counters.lost++;
}

void port_send(struct port *port, struct frame *frame)
{
	/* A cable with settings carries what a real cable carries: no giant segments. */
	bool offload = port->features & WIRE_OFFLOAD && !impair_active(&port->cable.out);

	if (!offload && frame->head.gso) {
		if (!offload_segment(frame, frame_send, port))
			port->out.counters.queue_full++;
		return;
	}
	if (!offload)
		offload_checksum(frame);
	if (!port->kind->has_heads && frame->size > CLASSIC_FRAME_MAX) {
		port->counters.giants++;
		return;
	}
	frame_send(frame, port);
}

void ports_flush(void)
{
	for (unsigned int i = 0; i < nr_dirty; i++) {
		dirty[i]->dirty = false;
		sendq_flush(&dirty[i]->out);
	}
	nr_dirty = 0;
}

void port_notify(struct port *port, uint16_t kind, const void *message, size_t size)
{
	struct wire_head head = { .kind = kind };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)message, size } };
	struct msghdr header = { .msg_iov = iov, .msg_iovlen = 2 };

	if (port->kind && port->kind->has_heads)
		sendmsg(port->data.fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ---- in ------------------------------------------------------------------- */

/* Checks a received frame and passes it to the cable; @is_cut: its end is missing. */
static void frame_take(struct port *port, struct frame *frame, bool is_cut)
{
	if (frame->size < FRAME_MIN) {
		port->counters.runts++;
	} else if (is_cut || frame->size > WIRE_FRAME_MAX) {
		port->counters.giants++;
	} else if (!offload_check(frame)) {
		port->counters.malformed++;
	} else {
		port->counters.rx_frames++;
		port->counters.rx_bytes += frame->size;
		if (!impair_active(&port->cable.in))
			port_input(port, frame);
		else if (!impair_send(&port->cable.in, frame))
			port->counters.lost++;
	}
}

/* Takes the frames out of a bundle: @size bytes of the data in @bundle, which follow its head. */
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
			port->out.counters.queue_full++;
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
	/* Send the frames now, because a batch of bundles can hold more frames than a queue. */
	ports_flush();
}

static void message_take(struct port *port, const struct batch_message *message)
{
	struct frame *frame = message->frame;
	uint32_t size = message->size;

	if (port->kind->has_heads) {
		if (size < WIRE_HEAD_SIZE) {
			port->counters.runts++;
			return;
		}
		size -= WIRE_HEAD_SIZE;
		if (frame->head.kind == WIRE_BUNDLE && !message->is_cut)
			bundle_take(port, frame, size);
		if (frame->head.kind != WIRE_FRAME)
			return;
	}
	frame->size = size;
	frame_take(port, frame, message->is_cut);
}

static void port_receive(struct port *port)
{
	static struct batch_message messages[BATCH_MAX];
	int nr = batch_receive(port->data.fd, port->kind->has_heads, messages);

	if (nr < 0) {
		port_disconnect(port);
		return;
	}
	for (int i = 0; i < nr; i++)
		message_take(port, &messages[i]);
	/* Flush before recycling, so that frames that have been sent can be reused at once. */
	ports_flush();
	batch_recycle(nr);
}

static void data_ready(struct loop_source *source, uint32_t events)
{
	struct port *port = container_of(source, struct port, data);
	uint32_t generation = port->generation;

	if (events & EPOLLOUT)
		sendq_unblock(&port->out);
	if (events & ~EPOLLOUT && port->kind && port->generation == generation)
		port_receive(port);
}

static void control_ready(struct loop_source *source, uint32_t events)
{
	struct port *port = container_of(source, struct port, control);
	char ignored[256];
	ssize_t size = read(source->fd, ignored, sizeof(ignored));

	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		port_disconnect(port);
}

/* ---- the set of ports ----------------------------------------------------- */

/* Called with a frame to the peer that has passed the cable. */
static void out_deliver(struct impair *impair, struct frame *frame)
{
	struct port *port = container_of(impair, struct port, cable.out);

	if (port->kind && port->up)
		frame_queue(port, frame);
}

/* Called with a frame from the peer that has passed the cable. */
static void in_deliver(struct impair *impair, struct frame *frame)
{
	struct port *port = container_of(impair, struct port, cable.in);

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
	if (sendq_init(&port->out, &port->data, PORT_QUEUE, PORT_QUEUE_SIZE)) {
		free(port);
		return NULL;
	}
	port->number = number;
	port->up = true;
	port->data.fd = port->control.fd = -1;
	cable_init(&port->cable, out_deliver, in_deliver);
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

/* ---- connecting ----------------------------------------------------------- */

int port_connect(struct port *port, const struct port_kind *kind, int data_fd, int control_fd,
		 char *path, uint32_t features)
{
	int size = PORT_QUEUE_SIZE, error;

	/* Ask for a large buffer: the host's default is small. Take what the host grants. */
	setsockopt(data_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	port->data = (struct loop_source) { .fd = data_fd, .ready = data_ready };
	port->control = (struct loop_source) { .fd = control_fd, .ready = control_ready };
	error = loop_add(&port->data, EPOLLIN);
	if (error)
		goto out_reset;
	if (control_fd >= 0)
		error = loop_add(&port->control, EPOLLIN);
	if (error)
		goto out_remove;
	port->kind = kind;
	port->path = path;
	port->features = features;
	sendq_connect(&port->out, kind->has_heads, features & WIRE_BUNDLES);
	port->generation++;
	active[nr_active++] = port;
	port_changed(port);
	return 0;

out_remove:
	loop_remove(&port->data);
out_reset:
	port->data.fd = port->control.fd = -1;
	return error;
}

/* Drops the frames that have not reached the peer or the switch. */
static void frames_drop(struct port *port)
{
	sendq_clear(&port->out);
	cable_release(&port->cable);
}

void port_disconnect(struct port *port)
{
	if (!port->kind)
		return;
	loop_close(&port->data);
	loop_close(&port->control);
	if (port->path)
		unlink(port->path);
	free(port->path);
	port->path = NULL;
	frames_drop(port);
	port->kind = NULL;
	for (unsigned int i = 0; i < nr_active; i++)
		if (active[i] == port)
			active[i] = active[--nr_active];
	port_changed(port);
}

void port_set_up(struct port *port, bool up)
{
	uint32_t state = up;

	port->up = up;
	if (!up)
		frames_drop(port);
	port_notify(port, WIRE_LINK, &state, sizeof(state));
	port_changed(port);
}

/* ---- start and end -------------------------------------------------------- */

void ports_init(void (*input)(struct port *port, struct frame *frame),
		void (*changed)(struct port *port))
{
	port_input = input;
	port_changed = changed;
}

void ports_release(void)
{
	for (unsigned int number = 1; number <= PORTS_MAX; number++) {
		struct port *port = ports[number];

		if (!port)
			continue;
		port_disconnect(port);
		sendq_release(&port->out);
		free(port->allowed);
		free(port);
		ports[number] = NULL;
	}
	nr_dirty = 0;
	batch_release();
}
