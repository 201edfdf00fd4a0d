// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-keeper.c - test a keeper against a hostile agent, console and clients
 * (labs/machine/keeper_loop.c, keeper_clients.c, keeper_console.c, keeper_script.c)
 *
 * keeperrig.h lets the test play the guest and the clients. This file is longer than 500 lines
 * because all its parts attack the same keeper.
 */
#include "tap.h"

#include <signal.h>
#include <sys/resource.h>

#include "keeperrig.h"

enum { MEGABYTE = 1 << 20, QUEUES_MAX = 16 * MEGABYTE };

static void send_frame(int fd, int type, unsigned int channel, const void *data, size_t size)
{
	char frame[sizeof(struct agent_header) + AGENT_PAYLOAD_MAX];
	struct agent_header header = { AGENT_MAGIC, type, channel, size };

	memcpy(frame, &header, sizeof(header));
	if (size)
		memcpy(frame + sizeof(header), data, size);
	(void)!send(fd, frame, sizeof(header) + size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Reads frames until one of @type arrives. Returns the size of its payload, or -1. */
static ssize_t frame_find(int fd, int type, char *payload)
{
	struct agentlink link;
	struct agent_header header;
	const char *data;
	ssize_t found = -1;

	agentlink_init(&link, fd, 4096);
	while (found < 0 && agentlink_receive(&link) > 0)
		while (found < 0 && agentlink_next(&link, &header, &data))
			if (header.type == type) {
				memcpy(payload, data, header.size);
				payload[header.size] = '\0';
				found = header.size;
			}
	link.fd = -1;
	agentlink_release(&link);
	return found;
}

/* Reads all that has arrived. Returns how many bytes, and whether the other end is closed. */
static size_t drain(int fd, bool *closed)
{
	static char data[65536];
	size_t sum = 0;
	ssize_t size;

	while ((size = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
		sum += size;
	*closed = size == 0 || (size < 0 && errno != EAGAIN);
	return sum;
}

static void hello(int number)
{
	char text[32];

	snprintf(text, sizeof(text), "%x 1", 0xa000 + number);
	send_frame(rig.agent, AGENT_HELLO, 0, text, strlen(text));
	rig_step();
}

/* Connects a client that runs a program, and returns the program's channel. */
static unsigned int program_open(int *fd)
{
	static unsigned int channel;
	char payload[AGENT_PAYLOAD_MAX + 1];

	*fd = rig_connect();
	send_frame(*fd, AGENT_OPEN, 0, "arg=cat", 8);
	rig_step();
	frame_find(rig.agent, AGENT_OPEN, payload);
	/* Channels are used round robin, by all tests together. */
	return channel = channel % (AGENT_CHANNELS - 2) + 1;
}

static bool answers_calls(void)
{
	char payload[AGENT_PAYLOAD_MAX + 1];
	int fd = rig_connect();
	bool good;

	send_frame(fd, AGENT_CALL, 0, "ping", 4);
	rig_step();
	good = frame_find(fd, AGENT_REPLY, payload) == 2 && !strcmp(payload, "ok");
	close(fd);
	rig_step();
	return good;
}

/* ---- the agent --------------------------------------------------------------------- */

static void refusals(void)
{
	char payload[AGENT_PAYLOAD_MAX + 1];
	unsigned int channel;
	int fd, status = 3 << 8;

	rig_begin();
	hello(1);
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_OUTPUT, channel, "hi", 2);
	send_frame(rig.agent, AGENT_EXIT, channel, &status, sizeof(status));
	rig_step();
	ok(frame_find(fd, AGENT_EXIT, payload) == 4 && !memcmp(payload, &status, 4),
	   "a client gets the end of its program");
	close(fd);
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_REFUSED, channel, NULL, 0);
	rig_step();
	ok(frame_find(fd, AGENT_REFUSED, payload) > 4 && !strncmp(payload, "125 ", 4),
	   "an empty refusal of the agent reaches the client with a status and a reason");
	close(fd);
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_EXIT, channel, "x", 1);
	rig_step();
	ok(frame_find(fd, AGENT_REFUSED, payload) > 4 && strstr(payload, "invalid exit status"),
	   "an exit status of a wrong size ends the program with an error");
	close(fd);
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_REPLY, channel, "ok", 2);
	rig_step();
	ok(frame_find(fd, AGENT_REFUSED, payload) > 4,
	   "an agent that answers for the keeper is refused");
	close(fd);
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_CREDIT, channel, "\xff\xff\xff\x7f", 4);
	rig_step();
	ok(frame_find(fd, AGENT_REFUSED, payload) > 4, "credit without input is refused");
	close(fd);
	ok(answers_calls(), "the keeper answers after all this");
	rig_end();
}

/* Sends output as fast as the keeper reads. Returns the most that the keeper had queued. */
static size_t flood(unsigned int channel, int type, size_t piece, size_t total)
{
	static char data[AGENT_PAYLOAD_MAX];
	size_t most = 0;

	for (size_t sent = 0; sent < total && rig.agent >= 0; sent += 20 * (piece + 8)) {
		for (int i = 0; i < 20; i++)
			send_frame(rig.agent, type, channel, data, piece);
		keeper_loop_step(&rig.keeper, 0);
		if (rig_queued() > most)
			most = rig_queued();
	}
	rig_step();
	return most;
}

static void floods(void)
{
	unsigned int channel;
	bool closed;
	int fd;

	rig_begin();
	hello(2);
	channel = program_open(&fd);
	ok(flood(channel, AGENT_OUTPUT, 16000, 64 * MEGABYTE) < MEGABYTE,
	   "output without credit is not queued");
	close(fd);
	channel = program_open(&fd);
	ok(flood(channel, AGENT_CREDIT, 4, MEGABYTE) < MEGABYTE, "a flood of credit is not queued");
	close(fd);
	channel = program_open(&fd);
	ok(flood(channel, AGENT_ERRORS, 0, MEGABYTE) < MEGABYTE,
	   "a flood of empty output is not queued");
	close(fd);
	ok(flood(77, AGENT_OUTPUT, 16000, 8 * MEGABYTE) < MEGABYTE &&
	   flood(0, AGENT_PING, 0, MEGABYTE) < MEGABYTE,
	   "frames that belong to nothing are dropped");
	ok(answers_calls(), "the keeper answers after floods");
	drain(rig.agent, &closed);
	ok(!closed, "a flood does not end the link to the agent");
	rig_end();
}

static size_t file_size(const char *name)
{
	char *path = txt_printf("%s/%s", rig.keeper.machine.dir, name), *text;
	size_t size = 0;

	if (!file_read(path, &text, &size))
		free(text);
	free(path);
	return size;
}

static void scripts(void)
{
	enum { SCRIPT = AGENT_CHANNELS - 1 };
	static char data[AGENT_PAYLOAD_MAX];
	int status = 0;
	bool closed;

	rig_begin();
	hello(3);
	memset(data, 's', sizeof(data));
	/* This agent reads its credit, so it breaks no rule. */
	for (int i = 0; i < 1000; i++) {
		send_frame(rig.agent, AGENT_OUTPUT, SCRIPT, data, sizeof(data));
		keeper_loop_step(&rig.keeper, 0);
		drain(rig.agent, &closed);
	}
	ok(file_size("startup.log") > 4 * MEGABYTE && file_size("startup.log") < 5 * MEGABYTE,
	   "the log of the startup scripts has a limit");
	send_frame(rig.agent, AGENT_EXIT, SCRIPT, &status, sizeof(status));
	rig_step();
	ok(rig.keeper.state == MACHINE_READY, "a script that printed too much can succeed");
	hello(4);
	send_frame(rig.agent, AGENT_EXIT, SCRIPT, "x", 1);
	rig_step();
	ok(rig.keeper.state == MACHINE_TROUBLE, "a script without a valid status has failed");
	hello(5);
	ok(flood(SCRIPT, AGENT_ERRORS, 1, MEGABYTE) < 2 * MEGABYTE,
	   "an agent that does not read its credit costs little memory");
	rig_end();
}

static void hellos(void)
{
	static const char injected[] = "00\nphase=ready\npid=1 1";
	int changes = 0;
	char text[32];

	rig_begin();
	send_frame(rig.agent, AGENT_HELLO, 0, injected, sizeof(injected) - 1);
	rig_step();
	ok(!rig.keeper.agent_answers && rig.keeper.state == MACHINE_BOOTING,
	   "a HELLO that would forge the machine's status is ignored");
	for (int i = 0; i < 300; i++) {
		enum machine_state before = rig.keeper.state;
		char boot[64];

		memcpy(boot, rig.keeper.boot, sizeof(boot));
		snprintf(text, sizeof(text), "%x 1", 0xb000 + i);
		send_frame(rig.agent, AGENT_HELLO, 0, text, strlen(text));
		keeper_loop_step(&rig.keeper, 0);
		changes += rig.keeper.state != before || strcmp(boot, rig.keeper.boot) != 0;
	}
	ok(changes > 0 && changes < 30, "an agent that starts again and again is slowed down (%d)",
	   changes);
	ok(rig.keeper.hello_owed, "the keeper will ask an agent that it ignored");
	rig_end();
}

static void reconnects(void)
{
	int nr = 0;

	rig_begin();
	for (int i = 0; i < 200; i++) {
		nr += rig.agent >= 0;
		rig_close(&rig.agent);
		rig_close(&rig.console);
		keeper_loop_step(&rig.keeper, 0);
		rig_accept();
	}
	ok(nr < 10, "a guest that closes its sockets at once is not connected in a loop (%d)", nr);
	ok(answers_calls(), "the keeper answers without its guest");
	rig_end();
}

/* A limit of this process stands for a disk that is full. */
static void full_disk(void)
{
	struct rlimit before, full;
	static char data[AGENT_PAYLOAD_MAX];
	enum machine_state state;
	int status = 0;

	rig_begin();
	hello(8);
	getrlimit(RLIMIT_FSIZE, &before);
	full = before;
	full.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &full);
	for (int i = 0; i < 100; i++) {
		(void)!send(rig.console, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL);
		send_frame(rig.agent, AGENT_OUTPUT, AGENT_CHANNELS - 1, data, 1000);
		keeper_loop_step(&rig.keeper, 0);
	}
	send_frame(rig.agent, AGENT_EXIT, AGENT_CHANNELS - 1, &status, sizeof(status));
	rig_step();
	state = rig.keeper.state;
	ok(state == MACHINE_READY && answers_calls(),
	   "a full disk costs log lines, not the machine");
	setrlimit(RLIMIT_FSIZE, &before);
	(void)!send(rig.console, "later", 5, MSG_NOSIGNAL);
	rig_step();
	ok(file_size("console.log") >= 5, "the log goes on when the disk has room again");
	rig_end();
}

/* ---- a guest that reads nothing ---------------------------------------------------- */

static void unread_agent(void)
{
	static char data[AGENT_PAYLOAD_MAX];
	size_t most = 0;
	int fds[20];

	rig_begin();
	hello(6);
	for (int i = 0; i < 20; i++) {
		fds[i] = rig_connect();
		send_frame(fds[i], AGENT_OPEN, 0, data, sizeof(data));
	}
	rig_step();
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 20; i++) {
			send_frame(fds[i], AGENT_INPUT, 0, data, 2000);
			send_frame(fds[i], AGENT_RESIZE, 0, "1 1", 3);
			send_frame(fds[i], AGENT_SIGNAL, 0, "\2\0\0", 4);
		}
		keeper_loop_step(&rig.keeper, 0);
		most = rig_queued() > most ? rig_queued() : most;
	}
	ok(most < 4 * MEGABYTE, "what an agent does not read is queued only up to a limit (%zu)",
	   most);
	ok(answers_calls(), "the keeper answers when its agent does not read");
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	rig_step();
	/* New programs again and again, whose clients are killed. */
	for (int i = 0; i < 2000; i++) {
		int fd = rig_connect();

		send_frame(fd, AGENT_OPEN, 0, data, sizeof(data));
		keeper_loop_step(&rig.keeper, 0);
		keeper_loop_step(&rig.keeper, 0);
		close(fd);
		keeper_loop_step(&rig.keeper, 0);
		most = rig_queued() > most ? rig_queued() : most;
	}
	ok(most < QUEUES_MAX, "programs for an agent that does not read have a limit (%zu)", most);
	ok(answers_calls(), "the keeper answers after that");
	rig_end();
}

static void unread_console(void)
{
	static char typed[AGENT_PAYLOAD_MAX], got[AGENT_PAYLOAD_MAX];
	size_t sent = 0, received = 0, at = 0;
	bool same = true;
	ssize_t size;
	int fd;

	rig_begin();
	for (size_t i = 0; i < sizeof(typed); i++)
		typed[i] = i % 251;
	fd = rig_connect();
	send_frame(fd, AGENT_ATTACH, 0, NULL, 0);
	/* In an endless wait here, the time limit of this test would end it. */
	for (int i = 0; i < 400; i++) {
		struct agent_header header = { AGENT_MAGIC, AGENT_INPUT, 0, 251 };
		char frame[sizeof(header) + 251];

		memcpy(frame, &header, sizeof(header));
		memcpy(frame + sizeof(header), typed, 251);
		if (send(fd, frame, sizeof(frame), MSG_DONTWAIT) == sizeof(frame))
			sent += 251;
		keeper_loop_step(&rig.keeper, 0);
	}
	ok(sent > sizeof(typed), "input for a console that is not read is accepted (%zu)", sent);
	ok(answers_calls(), "the keeper answers when its console is not read");
	while (received < sent) {
		size = recv(rig.console, got, sizeof(got), MSG_DONTWAIT);
		for (ssize_t i = 0; i < size; i++, at++)
			same &= got[i] == typed[at % 251];
		received += size > 0 ? size : 0;
		keeper_loop_step(&rig.keeper, 0);
		if (size <= 0 && !rig.keeper.typed_size && rig.console < 0)
			break;
	}
	ok(received == sent && same, "input arrives whole and in order once the console is read");
	for (int i = 0; i < 4000; i++)
		send_frame(fd, AGENT_INPUT, 0, typed, sizeof(typed));
	rig_step();
	ok(rig_queued() < MEGABYTE, "a flood of input for the console is not queued");
	close(fd);
	rig_step();
	ok(answers_calls(), "a client that typed into a full console can go");
	rig_end();
}

/* ---- clients ----------------------------------------------------------------------- */

static bool is_closed(int fd)
{
	bool closed;

	rig_step();
	drain(fd, &closed);
	close(fd);
	return closed;
}

static void broken_clients(void)
{
	static const int first[] = { AGENT_INPUT, AGENT_CREDIT, AGENT_EXIT, AGENT_CLOSE,
				     AGENT_POWEROFF, AGENT_STATE, AGENT_HELLO };
	unsigned int channel;
	bool good = true;
	int fd;

	rig_begin();
	hello(7);
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++) {
		fd = rig_connect();
		send_frame(fd, first[i], 0, "1234", 4);
		good &= is_closed(fd);
	}
	ok(good, "a client that does not begin with a request is closed");
	program_open(&fd);
	send_frame(fd, AGENT_OPEN, 0, "arg=x", 6);
	ok(is_closed(fd), "a client that requests a second program is closed");
	program_open(&fd);
	send_frame(fd, AGENT_POWEROFF, 0, NULL, 0);
	ok(is_closed(fd), "a client cannot speak to the agent itself");
	program_open(&fd);
	for (int i = 0; i < 100; i++)
		send_frame(fd, AGENT_INPUT, 0, (char [8000]){ 0 }, 8000);
	ok(is_closed(fd), "a client that sends more input than allowed is closed");
	program_open(&fd);
	(void)!send(fd, "\xa5\x07\0\0\0\x10\0\0abc", 11, MSG_NOSIGNAL);
	close(fd);
	rig_step();
	ok(answers_calls(), "a client that is killed inside a frame leaves no trace");
	channel = program_open(&fd);
	send_frame(rig.agent, AGENT_OUTPUT, channel, "x", 1);
	rig_step();
	ok(clients_backlog() == 0, "frames after a killed client go to nobody else");
	close(fd);
	rig_end();
}

static void greedy_clients(void)
{
	static int fds[KEEPER_CLIENTS + 20];
	size_t most = 0;

	rig_begin();
	for (int i = 0; i < KEEPER_CLIENTS + 20; i++) {
		fds[i] = rig_connect();
		send_frame(fds[i], i % 2 ? AGENT_ATTACH : AGENT_CALL, 0, "ping", i % 2 ? 0 : 4);
		if (i % 16 == 0)
			rig_step();
	}
	rig_step();
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < KEEPER_CLIENTS; i += 2)
			for (int n = 0; n < 50; n++)
				send_frame(fds[i], AGENT_CALL, 0, "ping", 4);
		(void)!send(rig.console, (char [32768]){ 0 }, 32768, MSG_DONTWAIT | MSG_NOSIGNAL);
		keeper_loop_step(&rig.keeper, 0);
		most = rig_queued() > most ? rig_queued() : most;
	}
	ok(most < 48 * MEGABYTE, "clients that read nothing have a limit together (%zu)", most);
	for (int i = 0; i < KEEPER_CLIENTS + 20; i++)
		close(fds[i]);
	for (int i = 0; i < 10; i++)
		rig_step();
	ok(answers_calls(), "the keeper serves others when the greedy clients have gone");
	ok(file_size("console.log") <= 5 * MEGABYTE, "the console's log has a limit");
	rig_end();
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	rig_init();
	if (!freopen("keeper.log", "w", stderr))
		return 125;
	refusals();
	floods();
	scripts();
	hellos();
	reconnects();
	full_disk();
	unread_agent();
	unread_console();
	broken_clients();
	greedy_clients();
	return tap_done();
}
