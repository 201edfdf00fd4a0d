// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-wirelink.c - the frames between command, keeper and agent: whole, in pieces, among noise,
 * and when the peer has gone
 */
#include "tap.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include "link/wirelink.h"

static struct wire_link one, other;

static void pair(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		exit(125);
	wirelink_init(&one, fds[0]);
	wirelink_init(&other, fds[1]);
}

static void part(void)
{
	wirelink_release(&one);
	wirelink_release(&other);
}

static bool next_is(struct wire_link *link, int type, unsigned int channel, const char *text)
{
	struct wire_header header;
	const char *payload;

	return wirelink_next(link, &header, &payload) && header.type == type && header.channel == channel &&
	       header.size == strlen(text) && !memcmp(payload, text, header.size);
}

static void frames(void)
{
	struct wire_header header;
	const char *payload;

	pair();
	wirelink_send(&one, WIRE_INPUT, 3, "hello", 5);
	wirelink_send(&one, WIRE_PING, 0, NULL, 0);
	ok(wirelink_pending(&one) == 2 * sizeof(header) + 5, "frames are queued");
	ok(!wirelink_flush(&one) && !wirelink_pending(&one), "and written");
	ok(wirelink_receive(&other) > 0, "they come");
	ok(next_is(&other, WIRE_INPUT, 3, "hello") && next_is(&other, WIRE_PING, 0, ""), "as they were sent");
	ok(!wirelink_next(&other, &header, &payload) && wirelink_receive(&other) == -EAGAIN, "and no more");
	part();
}

static void noise(void)
{
	struct wire_header header = { WIRE_MAGIC, WIRE_OUTPUT, 1, 3 };
	char bytes[sizeof(header) + 3];
	bool early = false;

	pair();
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), "abc", 3);
	if (write(one.fd, "\0\0noise", 7) != 7)
		exit(125);
	for (size_t at = 0; at < sizeof(bytes); at++) {
		const char *payload;

		early |= wirelink_next(&other, &header, &payload);
		if (write(one.fd, bytes + at, 1) != 1)
			exit(125);
		wirelink_receive(&other);
	}
	ok(!early && next_is(&other, WIRE_OUTPUT, 1, "abc"), "a frame behind noise, byte by byte");
	ok(other.hidden_input, "the noise is noted");
	part();
}

/* As when a program has ended: its last output is there, and we would acknowledge it. */
static void peer_gone(void)
{
	int pipe_fds[2], status;
	pid_t pid;

	pair();
	wirelink_send(&other, WIRE_OUTPUT, 1, "last", 4);
	wirelink_flush(&other);
	wirelink_release(&other);
	pid = fork();
	if (!pid) {
		wirelink_send(&one, WIRE_CREDIT, 0, "1234", 4);
		_exit(wirelink_flush(&one) == -EPIPE ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "a peer that has gone is -EPIPE and no signal (%#x)", status);
	ok(wirelink_receive(&one) > 0 && next_is(&one, WIRE_OUTPUT, 1, "last"), "what it said last is still there");
	ok(wirelink_receive(&one) == 0, "then it is the end");
	part();

	if (pipe(pipe_fds))
		exit(125);
	wirelink_init(&one, pipe_fds[1]);
	wirelink_send(&one, WIRE_PING, 0, NULL, 0);
	ok(!wirelink_flush(&one) && !wirelink_pending(&one), "what is no socket is written to as well");
	wirelink_release(&one);
	close(pipe_fds[0]);
}

int main(void)
{
	frames();
	noise();
	peer_gone();
	return tap_done();
}
