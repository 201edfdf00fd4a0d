// SPDX-License-Identifier: GPL-2.0-only
/*
 * uplink.c - `umlab-net run slirp` and `run vde`: the process between a machine and the world
 *
 * One end is a socket that speaks um/wire.h, either handed over (fd=N, by the kernel) or a
 * port of a switch (switch=TARGET). The other end is a backend. One loop, no threads of
 * ours. The process confines itself once both ends stand.
 *
 * The kernel's end of the socket closes when the machine ends or lets the interface go;
 * then we end too. A switch that goes away is waited for.
 */
#include "uplink/uplink.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "common/loop.h"
#include "cli/net.h"
#include "common/offload.h"
#include "common/place.h"
#include "common/sandbox.h"
#include "common/say.h"
#include "uplink/uplink_cable.h"

enum {
	BATCH = 32,
	QUEUE = 4096,			/* frames that wait for the machine */
	DIRECT_MIN = 8192,		/* bytes of a frame that does not wait for company */
	POLL_MAX = 4096,
	VALID = 2,			/* VIRTIO_NET_HDR_F_DATA_VALID */
};

static const struct uplink_backend *const backends[] = { &uplink_slirp, &uplink_vde };
static const struct uplink_backend *backend;

const char *uplink_name;

static struct {
	struct loop_source source;
	char switch_path[PLACE_SIZE];	/* empty: the socket was handed over */
	unsigned int port, vlan;
	bool welcome;			/* frames may flow */
	bool blocked;
	struct frame *queue[QUEUE];
	unsigned int first, length;
	uint64_t dropped;
	struct loop_timer retry;
} peer = { .source.fd = -1 };

static struct loop_source signals;

/* ---- to the machine ------------------------------------------------------- */

static void queue_flush(void)
{
	static struct mmsghdr messages[BATCH];
	static struct iovec iov[BATCH][2];

	while (peer.length && !peer.blocked && peer.source.fd >= 0) {
		unsigned int nr = peer.length < BATCH ? peer.length : BATCH;
		int sent;

		for (unsigned int i = 0; i < nr; i++) {
			struct frame *frame = peer.queue[(peer.first + i) % QUEUE];

			iov[i][0] = (struct iovec) { &frame->head, WIRE_HEAD_SIZE };
			iov[i][1] = (struct iovec) { frame->data, frame->size };
			messages[i].msg_hdr = (struct msghdr) { .msg_iov = iov[i], .msg_iovlen = 2 };
		}
		sent = sendmmsg(peer.source.fd, messages, nr, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			peer.blocked = true;
			loop_change(&peer.source, EPOLLIN | EPOLLOUT);
			return;
		}
		if (sent <= 0)
			sent = 1;	/* its end shows on reading */
		for (int i = 0; i < sent; i++)
			frame_put(peer.queue[(peer.first + i) % QUEUE]);
		peer.first = (peer.first + sent) % QUEUE;
		peer.length -= sent;
	}
}

static void queue_drop(void)
{
	for (; peer.length; peer.length--, peer.first = (peer.first + 1) % QUEUE)
		frame_put(peer.queue[peer.first]);
}

static void queue_add(struct frame *frame)
{
	if (peer.length == QUEUE) {
		peer.dropped++;
		return;
	}
	peer.queue[(peer.first + peer.length++) % QUEUE] = frame_get(frame);
	if (peer.length % BATCH == 0)
		queue_flush();
}

/*
 * A large frame goes out at once, from where it lies: it is worth a system call of its own, and
 * the machine works on it while we go on. False: not gone.
 */
static bool send_directly(const void *data, size_t size, struct wire_head *head)
{
	struct iovec iov[2] = { { head, WIRE_HEAD_SIZE }, { (void *)data, size } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

	if (size < DIRECT_MIN)
		return false;
	queue_flush();
	return !peer.length && !peer.blocked && sendmsg(peer.source.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

void uplink_output(const void *data, size_t size, bool valid)
{
	struct wire_head head = { .csum_flags = valid ? VALID : 0 };
	struct frame *frame;

	if (!peer.welcome || size < FRAME_MIN || size > WIRE_FRAME_MAX)
		return;
	if (!cable_is_bad_to() && send_directly(data, size, &head))
		return;
	frame = frame_new(size);
	if (!frame) {
		peer.dropped++;
		return;
	}
	memcpy(frame->data, data, size);
	frame->size = size;
	uplink_send(frame, valid);
	frame_put(frame);
}

void uplink_send(struct frame *frame, bool valid)
{
	frame->head = (struct wire_head) { .csum_flags = valid ? VALID : 0 };
	if (!peer.welcome || frame->size < FRAME_MIN || frame->size > WIRE_FRAME_MAX)
		return;
	if (cable_is_bad_to())
		cable_to_machine(frame);
	else if (!send_directly(frame->data, frame->size, &frame->head))
		queue_add(frame);
}

/* ---- from the machine ----------------------------------------------------- */

static void peer_lost(void);

static void segment_input(struct frame *segment, void *arg)
{
	backend->input(segment);
}

static void frame_input(struct frame *frame)
{
	if (frame->head.gso && backend->segments) {
		offload_segment(frame, segment_input, NULL);
		return;
	}
	offload_checksum(frame);
	backend->input(frame);
}

/* Anything but a frame. */
static void notice_take(const struct wire_head *head, const void *message, size_t size)
{
	const struct wire_hello *hello = message;
	const struct wire_welcome *answer = message;

	if (head->kind == WIRE_HELLO && size == sizeof(*hello)) {
		struct wire_welcome welcome = {
			.head.kind = WIRE_WELCOME, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
			.features = WIRE_OFFLOAD,
		};

		if (hello->magic != WIRE_MAGIC || hello->version != WIRE_VERSION)
			welcome.error = EPROTO;
		send(peer.source.fd, &welcome, sizeof(welcome), MSG_DONTWAIT | MSG_NOSIGNAL);
		peer.welcome = !welcome.error;
	} else if (head->kind == WIRE_WELCOME && size == sizeof(*answer)) {
		peer.welcome = !answer->error;
		if (answer->error)
			say("%s refused the connection: %.*s", peer.switch_path,
			    (int)sizeof(answer->text), answer->text);
	}
}

static void peer_receive(void)
{
	static struct frame *frames[BATCH];
	static struct mmsghdr messages[BATCH];
	static struct iovec iov[BATCH][2];
	int got, nr;

	for (nr = 0; nr < BATCH; nr++) {
		if (!frames[nr])
			frames[nr] = frame_new(FRAME_BIG);
		if (!frames[nr])
			break;
		iov[nr][0] = (struct iovec) { &frames[nr]->head, WIRE_HEAD_SIZE };
		iov[nr][1] = (struct iovec) { frames[nr]->data, frames[nr]->room };
		messages[nr].msg_hdr = (struct msghdr) { .msg_iov = iov[nr], .msg_iovlen = 2 };
	}
	got = recvmmsg(peer.source.fd, messages, nr, MSG_DONTWAIT, NULL);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || !messages[0].msg_len) {
		peer_lost();
		return;
	}
	for (int i = 0; i < got; i++) {
		struct frame *frame = frames[i];
		size_t size = messages[i].msg_len;

		if (size < WIRE_HEAD_SIZE || messages[i].msg_hdr.msg_flags & MSG_TRUNC)
			continue;
		if (frame->head.kind != WIRE_FRAME) {
			char message[256];

			if (size > sizeof(message))
				continue;
			memcpy(message, &frame->head, WIRE_HEAD_SIZE);
			memcpy(message + WIRE_HEAD_SIZE, frame->data, size - WIRE_HEAD_SIZE);
			notice_take(&frame->head, message, size);
			continue;
		}
		frame->size = size - WIRE_HEAD_SIZE;
		if (!peer.welcome || frame->size < FRAME_MIN || frame->size > WIRE_FRAME_MAX || !offload_check(frame))
			continue;
		if (!cable_is_bad_from()) {
			frame_input(frame);
			continue;
		}
		cable_from_machine(frame);
		/* It may be on its way. */
		frame_put(frame);
		frames[i] = NULL;
	}
}

static void peer_ready(struct loop_source *source, uint32_t events)
{
	if (events & EPOLLOUT && peer.blocked) {
		peer.blocked = false;
		loop_change(source, EPOLLIN);
	}
	if (events & ~EPOLLOUT)
		peer_receive();
}

/* ---- connecting ----------------------------------------------------------- */

static int peer_add(int fd)
{
	peer.source = (struct loop_source) { .fd = fd, .ready = peer_ready };
	return loop_add(&peer.source, EPOLLIN);
}

static int switch_connect(void)
{
	struct wire_hello hello = {
		.head.kind = WIRE_HELLO, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD, .port = peer.port, .vlan = peer.vlan,
	};
	char path[PLACE_SIZE + 8];
	int fd, size = 4 << 20;

	snprintf(path, sizeof(path), "%s/umlab", peer.switch_path);
	fd = socket_connect(path, SOCK_SEQPACKET);
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	snprintf(hello.name, sizeof(hello.name), "%s", uplink_name);
	if (send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) < 0 || peer_add(fd)) {
		close(fd);
		return -ECONNREFUSED;
	}
	return 0;
}

static void retry(struct loop_timer *timer)
{
	if (switch_connect())
		loop_timer_set(timer, loop_now() + 1000000000ULL);
}

static void peer_lost(void)
{
	if (!*peer.switch_path) {
		loop_stop(STATUS_OK);
		return;
	}
	loop_remove(&peer.source);
	close(peer.source.fd);
	peer.source.fd = -1;
	peer.welcome = peer.blocked = false;
	queue_drop();
	cable_release();
	retry(&peer.retry);
}

/* Lines for the user go to the machine's log once there is one. */
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

/* ---- start and end -------------------------------------------------------- */

static void signal_ready(struct loop_source *source, uint32_t events)
{
	loop_stop(STATUS_OK);
}

static void signals_start(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals.ready = signal_ready;
	if (signals.fd < 0 || loop_add(&signals, EPOLLIN))
		die(STATUS_FAILED, "cannot wait for signals: %s", strerror(errno));
}

static unsigned int number_read(const char *text, unsigned long max, const char *word)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number > max)
		die(STATUS_USAGE, "'%s': not a number up to %lu", word, max);
	return number;
}

/* "switch=TARGET": port= and vlan= may follow as words of their own. */
static void switch_set(const char *target)
{
	int error = place_find(target, peer.switch_path, sizeof(peer.switch_path), 0);

	if (error)
		die(STATUS_FAILED, "%s: %s", target, strerror(-error));
}

static void option_read(char *word, int *fd)
{
	if (!strncmp(word, "fd=", 3))
		*fd = number_read(word + 3, 1 << 20, word);
	else if (!strncmp(word, "switch=", 7))
		switch_set(word + 7);
	else if (!strncmp(word, "port=", 5))
		peer.port = number_read(word + 5, 1024, word);
	else if (!strncmp(word, "vlan=", 5))
		peer.vlan = number_read(word + 5, 4094, word);
	else if (cable_option(word) && backend->option(word))
		die(STATUS_USAGE, "run %s: '%s' is not understood (see umlab-net(1))", backend->name,
		    word);
}

/* Words are split at commas, as the kernel passes them; a URL has none of ours. */
static int words_read(char **words, int nr)
{
	int fd = -1;

	for (int i = 0; i < nr; i++) {
		char *rest = NULL;

		if (i == 0) {
			uplink_name = words[0];
			continue;
		}
		for (char *word = strtok_r(words[i], ",", &rest); word;
		     word = strtok_r(NULL, ",", &rest))
			option_read(word, &fd);
	}
	if (!uplink_name)
		die(STATUS_USAGE, "run %s: the name is missing", backend->name);
	if ((fd < 0) == !*peer.switch_path)
		die(STATUS_USAGE, "run %s: give either switch=TARGET or fd=N", backend->name);
	return fd;
}

/* A folder with the commands' socket. Without one the uplink works all the same. */
static void commands_start(char *folder, size_t size)
{
	char name[64], path[PLACE_SIZE + 8];
	int error;

	/* "@": named after the machine's process. */
	if (*uplink_name == '@')
		snprintf(name, sizeof(name), "%d%s", getppid(), uplink_name + 1);
	else
		snprintf(name, sizeof(name), "%s", uplink_name);
	error = place_find(name, folder, size, 1);
	if (!error && mkdir(folder, 0700) && errno != EEXIST)
		error = -errno;
	snprintf(path, sizeof(path), "%s/mgmt", folder);
	if (!error)
		error = mgmt_start(path, backend->commands);
	if (!error)
		return;
	*folder = '\0';
	if (error == -EADDRINUSE && *peer.switch_path)
		die(STATUS_FAILED, "%s: an uplink of this name runs already", name);
	say("no commands for %s: %s", name, strerror(-error));
}

static int run(void)
{
	static struct pollfd fds[POLL_MAX];

	if (!backend->poll_fill)
		return loop_run();

	while (!loop_stopped()) {
		int timeout = -1, nr;

		fds[0] = (struct pollfd) { .fd = loop_fd(), .events = POLLIN };
		nr = 1 + backend->poll_fill(fds + 1, POLL_MAX - 1, &timeout);
		loop_prepare();
		if (poll(fds, nr, timeout) < 0)
			continue;
		loop_turn(false);
		backend->poll_done(fds + 1, nr - 1);
		queue_flush();
	}
	return loop_run();
}

int net_run_uplink(const char *kind, char **words, int nr_words)
{
	char folder[PLACE_SIZE];
	int fd, error, status;

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (!strcmp(backends[i]->name, kind))
			backend = backends[i];
	error = loop_init();
	if (error)
		die(STATUS_FAILED, "cannot start: %s", strerror(-error));
	cable_init(queue_add, frame_input);
	fd = words_read(words, nr_words);
	signals_start();
	loop_after(queue_flush);
	peer.retry.fire = retry;
	if (fd >= 0 && peer_add(fd))
		die(STATUS_FAILED, "fd=%d: not a socket that can be polled", fd);
	/* The machine's log is where the user of a machine looks. */
	if (fd >= 0)
		say_to = note_send;
	if (backend->start())
		return STATUS_FAILED;
	commands_start(folder, sizeof(folder));
	if (fd < 0) {
		error = switch_connect();
		if (error)
			die(STATUS_FAILED, "%s: no switch runs there (%s)", peer.switch_path,
			    strerror(-error));
	}
	error = sandbox_enter(SANDBOX_UPLINK);
	if (error)
		die(STATUS_FAILED, "cannot confine itself: %s", strerror(-error));
	status = run();
	cable_release();
	mgmt_stop();
	if (*folder)
		rmdir(folder);
	backend->stop();
	return status;
}
