// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-agentlink.c - test the frames between command, keeper and agent (labs/link/agentlink.c)
 *
 * Frames arrive whole, in pieces or among noise, and the peer may disappear. `make check-unit`
 * runs this program on the host.
 */
#include "tap.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include "link/agentlink.h"

enum { QUEUE_MAX = 1 << 20 };

static struct agentlink one, other;

static void pair(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		exit(125);
	agentlink_init(&one, fds[0], QUEUE_MAX);
	agentlink_init(&other, fds[1], QUEUE_MAX);
}

static void part(void)
{
	agentlink_release(&one);
	agentlink_release(&other);
}

static bool next_is(struct agentlink *link, int type, unsigned int channel, const char *text)
{
	struct agent_header header;
	const char *payload;

	return agentlink_next(link, &header,
			      &payload) && header.type == type && header.channel == channel &&
	       header.size == strlen(text) && !memcmp(payload, text, header.size);
}

static void frames(void)
{
	struct agent_header header;
	const char *payload;

	pair();
	agentlink_send(&one, AGENT_INPUT, 3, "hello", 5);
	agentlink_send(&one, AGENT_PING, 0, NULL, 0);
	ok(agentlink_pending(&one) == 2 * sizeof(header) + 5, "agentlink_send() queues frames");
	ok(!agentlink_flush(&one) && !agentlink_pending(&one),
	   "agentlink_flush() writes the queued frames");
	ok(agentlink_receive(&other) > 0, "agentlink_receive() reads the frames");
	ok(next_is(&other, AGENT_INPUT, 3, "hello") && next_is(&other, AGENT_PING, 0, ""),
	   "frames arrive as they were sent");
	ok(!agentlink_next(&other, &header, &payload) && agentlink_receive(&other) == -EAGAIN,
	   "after the last frame the link is empty");
	part();
}

static void noise(void)
{
	struct agent_header header = { AGENT_MAGIC, AGENT_OUTPUT, 1, 3 };
	char bytes[sizeof(header) + 3];
	bool early = false;

	pair();
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), "abc", 3);
	if (write(one.fd, "\0\0noise", 7) != 7)
		exit(125);
	for (size_t at = 0; at < sizeof(bytes); at++) {
		const char *payload;

		early |= agentlink_next(&other, &header, &payload);
		if (write(one.fd, bytes + at, 1) != 1)
			exit(125);
		agentlink_receive(&other);
	}
	ok(!early && next_is(&other, AGENT_OUTPUT, 1, "abc"),
	   "a frame after noise is found when it arrives byte by byte");
	ok(other.hidden_input, "the link records that it saw noise");
	part();
}

/* The peer closes before we have read its last output, and we try to acknowledge that output. */
static void peer_gone(void)
{
	int pipe_fds[2], status;
	pid_t pid;

	pair();
	agentlink_send(&other, AGENT_OUTPUT, 1, "last", 4);
	agentlink_flush(&other);
	agentlink_release(&other);
	pid = fork();
	if (!pid) {
		agentlink_send(&one, AGENT_CREDIT, 0, "1234", 4);
		_exit(agentlink_flush(&one) == -EPIPE ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "writing to a closed peer gives -EPIPE and raises no signal (%#x)", status);
	ok(agentlink_receive(&one) > 0 && next_is(&one, AGENT_OUTPUT, 1, "last"),
	   "the last frame of a closed peer can still be read");
	ok(agentlink_receive(&one) == 0, "reading after the last frame gives the end of file");
	part();

	if (pipe(pipe_fds))
		exit(125);
	agentlink_init(&one, pipe_fds[1], QUEUE_MAX);
	agentlink_send(&one, AGENT_PING, 0, NULL, 0);
	ok(!agentlink_flush(&one) && !agentlink_pending(&one),
	   "a link works on a descriptor that is not a socket");
	agentlink_release(&one);
	close(pipe_fds[0]);
}

/* The peer does not read, so frames are queued. */
static void limits(void)
{
	static char data[AGENT_PAYLOAD_MAX];
	struct agent_header header;
	const char *payload;
	int error = 0, nr = 0;

	pair();
	while (!error && nr++ < 1000) {
		error = agentlink_send(&one, AGENT_OUTPUT, 1, data, sizeof(data));
		agentlink_flush(&one);
	}
	ok(error == -ENOBUFS && one.failed && agentlink_pending(&one) <= QUEUE_MAX,
	   "a queue for a peer that does not read has a limit");
	ok(agentlink_send(&one, AGENT_PING, 0, NULL, 0) == -ENOBUFS,
	   "a link that could not queue a frame takes no later frame");
	part();

	pair();
	for (int i = 0; i < 1000; i++)
		agentlink_send(&one, AGENT_OUTPUT, 1, "abc" + i % 3, 1);
	ok(agentlink_pending(&one) == sizeof(header) + 1000,
	   "queued bytes of one stream share a frame");
	agentlink_send(&one, AGENT_OUTPUT, 2, "x", 1);
	agentlink_send(&one, AGENT_ERRORS, 2, "x", 1);
	agentlink_send(&one, AGENT_ERRORS, 2, NULL, 0);
	agentlink_send(&one, AGENT_ERRORS, 2, "x", 1);
	ok(agentlink_pending(&one) == 5 * sizeof(header) + 1003,
	   "bytes of another stream, and those after an end, do not join a frame");
	agentlink_flush(&one);
	agentlink_receive(&other);
	ok(agentlink_next(&other, &header, &payload) && header.size == 1000 &&
	   !memcmp(payload, "abcabc", 6), "a shared frame holds the bytes in their order");
	ok(next_is(&other, AGENT_OUTPUT, 2, "x") && next_is(&other, AGENT_ERRORS, 2, "x") &&
	   next_is(&other, AGENT_ERRORS, 2, "") && next_is(&other, AGENT_ERRORS, 2, "x"),
	   "the frames after a shared frame arrive");
	part();
}

int main(void)
{
	frames();
	limits();
	noise();
	peer_gone();
	return tap_done();
}
