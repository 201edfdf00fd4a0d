// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink.c - connect a machine or a switch to the world outside
 *
 * One end of an uplink is a socket that speaks um/wire.h: either the kernel of a machine hands
 * it over, or the uplink connects to a port of a switch. "The machine" below means either. The
 * other end is a backend. Frames to the machine go through the cable and wait in a queue (sendq.c)
 * until the end of the loop's turn. Frames from the machine go through the cable to the backend.
 *
 * The process confines itself when both ends are open. The kernel's end of the socket closes
 * when the machine ends or removes the interface; then the uplink ends too. When a switch goes
 * away, the uplink tries to reconnect once a second.
 *
 * Called by cli/run_uplink.c; runs in the event loop of `umlab-net run slirp` or `run vde`. The
 * process has no threads of its own.
 */
#include "uplink/uplink.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/batch.h"
#include "common/offload.h"
#include "common/sandbox.h"
#include "common/say.h"
#include "common/sendq.h"
#include "common/socket.h"

enum {
	QUEUE = 4096,			/* frames that wait for the machine */
	QUEUE_SIZE = 64 << 20,		/* bytes of these frames */
	SOCKET_BUFFER = 4 << 20,	/* bytes */
	DIRECT_MIN = 8192,		/* bytes; such a large frame is sent at once */
};

#define RETRY_TIME SECOND_NS

static const struct uplink_backend *backend;
static struct uplink_settings settings;
static char folder[PLACE_SIZE];		/* holds the socket for commands; "": no folder */

/* The socket to the machine. */
static struct {
	struct loop_source source;
	struct sendq out;
	struct cable cable;
	bool welcome;			/* both sides agree: frames may flow */
	struct loop_timer retry;
} peer = { .source.fd = -1 };

/* ---- to the machine ------------------------------------------------------- */

static void frame_queue(struct frame *frame)
{
	sendq_add(&peer.out, frame, SENDQ_AS_IS);
	if (peer.out.nr_waiting >= SENDQ_BATCH)
		sendq_flush(&peer.out);
}

static void out_deliver(struct impair *impair, struct frame *frame)
{
	frame_queue(frame);
}

static void out_flush(void)
{
	sendq_flush(&peer.out);
}

static bool size_is_valid(size_t size)
{
	return size >= FRAME_MIN && size <= WIRE_FRAME_MAX;
}

/*
 * Sends a large frame at once and without a copy: such a frame is worth a system call of its own,
 * and the machine can work on it meanwhile. False: not sent.
 */
static bool send_directly(const struct wire_head *head, const void *data, size_t size)
{
	return size >= DIRECT_MIN && !impair_active(&peer.cable.out) &&
	       sendq_send(&peer.out, head, data, size);
}

void uplink_send(const void *data, size_t size, bool is_valid)
{
	struct wire_head head = { .csum_flags = is_valid ? VIRTIO_NET_HDR_F_DATA_VALID : 0 };
	struct frame *frame;

	if (!peer.welcome || !size_is_valid(size) || send_directly(&head, data, size))
		return;
	frame = frame_new(size);
	if (!frame) {
		peer.out.counters.queue_full++;
		return;
	}
	memcpy(frame->data, data, size);
	frame->size = size;
	uplink_send_frame(frame, is_valid);
	frame_put(frame);
}

void uplink_send_frame(struct frame *frame, bool is_valid)
{
	frame->head = (struct wire_head) {
		.csum_flags = is_valid ? VIRTIO_NET_HDR_F_DATA_VALID : 0,
	};
	if (!peer.welcome || !size_is_valid(frame->size))
		return;
	if (impair_active(&peer.cable.out))
		impair_send(&peer.cable.out, frame);
	else if (!send_directly(&frame->head, frame->data, frame->size))
		frame_queue(frame);
}

bool uplink_cable_is_perfect(void)
{
	return !impair_active(&peer.cable.out) && !impair_active(&peer.cable.in);
}

/* Sends a line for the user to the machine's log. */
static void note_send(const char *line)
{
	struct {
		struct wire_head head;
		char text[WIRE_NOTE_MAX];
	} note = { .head.kind = WIRE_NOTE };
	size_t size = strnlen(line, sizeof(note.text));

	memcpy(note.text, line, size);
	send(peer.source.fd, &note, sizeof(note.head) + size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ---- from the machine ----------------------------------------------------- */

static void segment_input(struct frame *segment, void *arg)
{
	backend->input(segment);
}

static void frame_input(struct frame *frame)
{
	if (frame->head.gso && backend->needs_segments) {
		offload_segment(frame, segment_input, NULL);
		return;
	}
	offload_checksum(frame);
	backend->input(frame);
}

static void in_deliver(struct impair *impair, struct frame *frame)
{
	frame_input(frame);
}

static void hello_take(const struct wire_hello *hello)
{
	struct wire_welcome welcome = {
		.head.kind = WIRE_WELCOME, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD,
	};

	if (hello->magic != WIRE_MAGIC || hello->version != WIRE_VERSION)
		welcome.error = EPROTO;
	send(peer.source.fd, &welcome, sizeof(welcome), MSG_DONTWAIT | MSG_NOSIGNAL);
	peer.welcome = !welcome.error;
}

static void welcome_take(const struct wire_welcome *welcome)
{
	peer.welcome = !welcome->error;
	if (welcome->error)
		say("%s refused the connection: %.*s", settings.switch_path,
		    (int)sizeof(welcome->text), welcome->text);
}

/* Takes a message of @size bytes that holds no frame. */
static void notice_take(const struct frame *frame, size_t size)
{
	union {
		uint8_t bytes[256];
		struct wire_hello hello;
		struct wire_welcome welcome;
	} notice;

	if (size > sizeof(notice))
		return;
	memcpy(notice.bytes, &frame->head, WIRE_HEAD_SIZE);
	memcpy(notice.bytes + WIRE_HEAD_SIZE, frame->data, size - WIRE_HEAD_SIZE);
	if (frame->head.kind == WIRE_HELLO && size == sizeof(notice.hello))
		hello_take(&notice.hello);
	else if (frame->head.kind == WIRE_WELCOME && size == sizeof(notice.welcome))
		welcome_take(&notice.welcome);
}

static void message_take(const struct batch_message *message)
{
	struct frame *frame = message->frame;

	if (message->size < WIRE_HEAD_SIZE || message->is_cut)
		return;
	if (frame->head.kind != WIRE_FRAME) {
		notice_take(frame, message->size);
		return;
	}
	frame->size = message->size - WIRE_HEAD_SIZE;
	if (!peer.welcome || !size_is_valid(frame->size) || !offload_check(frame))
		return;
	if (impair_active(&peer.cable.in))
		impair_send(&peer.cable.in, frame);
	else
		frame_input(frame);
}

/* ---- connecting ----------------------------------------------------------- */

static void peer_ready(struct loop_source *source, uint32_t events);

static int peer_add(int fd)
{
	peer.source = (struct loop_source) { .fd = fd, .ready = peer_ready };
	sendq_connect(&peer.out, true, false);
	return loop_add(&peer.source, EPOLLIN);
}

static int switch_connect(void)
{
	struct wire_hello hello = {
		.head.kind = WIRE_HELLO, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD, .port = settings.port, .vlan = settings.vlan,
	};
	char path[PLACE_SIZE + 8];
	int fd, size = SOCKET_BUFFER;

	snprintf(path, sizeof(path), "%s/umlab", settings.switch_path);
	fd = socket_connect(path, SOCK_SEQPACKET);
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	snprintf(hello.name, sizeof(hello.name), "%s", settings.name);
	if (send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) < 0 || peer_add(fd)) {
		close(fd);
		peer.source.fd = -1;
		return -ECONNREFUSED;
	}
	return 0;
}

static void retry(struct loop_timer *timer)
{
	if (switch_connect())
		loop_timer_set(timer, loop_now() + RETRY_TIME);
}

static void peer_lost(void)
{
	if (!*settings.switch_path) {
		loop_stop(0);
		return;
	}
	loop_close(&peer.source);
	peer.welcome = false;
	sendq_clear(&peer.out);
	cable_release(&peer.cable);
	retry(&peer.retry);
}

static void peer_ready(struct loop_source *source, uint32_t events)
{
	static struct batch_message messages[BATCH_MAX];
	int nr;

	if (events & EPOLLOUT)
		sendq_unblock(&peer.out);
	if (!(events & ~EPOLLOUT))
		return;
	nr = batch_receive(source->fd, true, messages);
	if (nr < 0) {
		peer_lost();
		return;
	}
	for (int i = 0; i < nr; i++)
		message_take(&messages[i]);
	batch_recycle(nr);
}

/* ---- start and end -------------------------------------------------------- */

/*
 * Makes the folder with the socket for commands. Without the folder an uplink of a machine still
 * works, but an uplink of a switch fails if another uplink has the same name.
 */
static int commands_start(char *error, size_t error_size)
{
	char name[64], path[PLACE_SIZE + 8];
	int result;

	/* A leading "@" from the kernel stands for the number of the machine's process. */
	if (*settings.name == '@')
		snprintf(name, sizeof(name), "%d%s", getppid(), settings.name + 1);
	else
		snprintf(name, sizeof(name), "%s", settings.name);
	result = place_find(name, folder, sizeof(folder), true);
	if (!result && mkdir(folder, 0700) && errno != EEXIST)
		result = -errno;
	snprintf(path, sizeof(path), "%s/mgmt", folder);
	if (!result)
		result = mgmt_start(path, backend->commands);
	if (!result)
		return 0;
	*folder = '\0';
	if (result == -EADDRINUSE && *settings.switch_path) {
		snprintf(error, error_size, "%s: an uplink of this name runs already", name);
		return result;
	}
	say("%s: takes no commands: %s", name, strerror(-result));
	return 0;
}

static void commands_stop(void)
{
	mgmt_stop();
	if (*folder)
		rmdir(folder);
}

/* Uses the socket that the kernel of a machine has handed over. */
static int machine_connect(char *error, size_t error_size)
{
	int result = peer_add(settings.fd);

	if (result)
		snprintf(error, error_size, "fd=%d: not a socket", settings.fd);
	else
		say_to = note_send;	/* to the machine's log, where its user looks */
	return result;
}

/* Connects to the switch, unless the uplink has a machine, and confines the process. */
static int connect_and_confine(char *error, size_t error_size)
{
	int result;

	if (settings.fd < 0) {
		result = switch_connect();
		if (result) {
			snprintf(error, error_size, "%s: no switch runs there (%s)",
				 settings.switch_path, strerror(-result));
			return result;
		}
	}
	result = sandbox_enter(SANDBOX_UPLINK);
	if (result)
		snprintf(error, error_size, "cannot confine itself: %s", strerror(-result));
	return result;
}

int uplink_start(const struct uplink_backend *new_backend,
		 const struct uplink_settings *new_settings, char *error, size_t error_size)
{
	int result;

	backend = new_backend;
	settings = *new_settings;
	peer.retry.fire = retry;
	cable_init(&peer.cable, out_deliver, in_deliver);
	cable_set(&peer.cable, &settings.cable);
	result = sendq_init(&peer.out, &peer.source, QUEUE, QUEUE_SIZE);
	if (result) {
		snprintf(error, error_size, "out of memory");
		return result;
	}
	loop_after(out_flush);
	loop_set_poller(backend->poller);
	if (settings.fd >= 0)
		result = machine_connect(error, error_size);
	if (result)
		goto out_queue;
	result = backend->start(error, error_size);
	if (result)
		goto out_queue;
	result = commands_start(error, error_size);
	if (result)
		goto out_backend;
	result = connect_and_confine(error, error_size);
	if (!result)
		return 0;

	commands_stop();
out_backend:
	backend->stop();
out_queue:
	sendq_release(&peer.out);
	return result;
}

void uplink_stop(void)
{
	commands_stop();
	backend->stop();
	cable_release(&peer.cable);
	sendq_release(&peer.out);
	batch_release();
}
