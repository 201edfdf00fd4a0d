// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_clients.c - connections of the command to the keeper, and their channels
 *
 * A client's first frame says what it wants: WIRE_OPEN a program in the guest, WIRE_ATTACH
 * the console, WIRE_CALL an answer. The frames of a program are passed on between client
 * and agent, with the channel's number changed. Buffers stay bounded: by WIRE_WINDOW for
 * programs; a console client that reads too slowly loses output (CONSOLE_BACKLOG).
 */
#include "machine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/record.h"
#include "base/tell.h"

enum { CONSOLE_BACKLOG = 1 << 20, REPLAY = 4096 };

struct client {
	struct wire_link link;		/* fd < 0: free entry */
	unsigned int channel;		/* of a program, else 0 */
	char *request;			/* waits for the agent */
	size_t request_size;
	bool console;
	bool terminal;			/* its program has one: what goes over it is part of an exam's record */
	bool ends;			/* closed when all is sent */
};

static struct client clients[KEEPER_CLIENTS];
static int nr_clients;			/* entries in use or once in use */

/* A program of the keeper's own. */
static struct script {
	unsigned int channel;
	int log_fd;
	void (*ended)(struct keeper *keeper, int status);
} script;

static unsigned int channel_last;

static bool channel_used(unsigned int channel)
{
	if (script.channel == channel)
		return true;
	for (int i = 0; i < nr_clients; i++)
		if (clients[i].link.fd >= 0 && clients[i].channel == channel)
			return true;
	return false;
}

/* Round and round, so that late frames of an old channel meet no new one. */
static unsigned int channel_new(void)
{
	for (int tries = 1; tries < WIRE_CHANNELS; tries++) {
		channel_last = channel_last % (WIRE_CHANNELS - 1) + 1;
		if (!channel_used(channel_last))
			return channel_last;
	}
	return 0;
}

/* ---- programs of our own ----------------------------------------------------------- */

static void script_end(struct keeper *keeper, int status)
{
	void (*ended)(struct keeper *, int) = script.ended;

	if (!script.channel)
		return;
	if (script.log_fd >= 0)
		close(script.log_fd);
	script = (struct script){ .log_fd = -1 };
	ended(keeper, status);
}

void clients_run_script(struct keeper *keeper, const char *name, const char *log, void (*ended)(struct keeper *, int))
{
	char request[256];
	int size;

	script.channel = channel_new();
	script.ended = ended;
	script.log_fd = open(txt_printf("%s/%s", keeper->machine.dir, log), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	/* Each word ends with a NUL. */
	size = snprintf(request, sizeof(request), "arg=/bin/sh%carg=/run/umlab/host/%s%cwhen=up", 0, name, 0) + 1;
	wirelink_send(&keeper->agent, WIRE_OPEN, script.channel, request, size);
	wirelink_send(&keeper->agent, WIRE_INPUT, script.channel, NULL, 0);
}

static void script_frame(struct keeper *keeper, const struct wire_header *header, const char *payload)
{
	uint32_t size = header->size;
	int status = 0;

	switch (header->type) {
	case WIRE_OUTPUT:
	case WIRE_ERRORS:
		if (script.log_fd >= 0)
			fd_write_all(script.log_fd, payload, size);
		wirelink_send(&keeper->agent, WIRE_CREDIT, script.channel, &size, sizeof(size));
		break;
	case WIRE_EXIT:
		if (size == sizeof(status))
			memcpy(&status, payload, sizeof(status));
		script_end(keeper, status);
		break;
	case WIRE_REFUSED:
		/* No shell at all: such an image has nothing to run, and is as ready as it gets. */
		keeper_note("script: %.*s", (int)size, payload);
		script_end(keeper, 0);
		break;
	}
}

/* ---- requests ---------------------------------------------------------------------- */

void clients_power_off(struct keeper *keeper)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	keeper->stop_asked = now.tv_sec;
	if (keeper->agent_answers)
		wirelink_send(&keeper->agent, WIRE_POWEROFF, 0, NULL, 0);
	else
		pidfd_send_signal(keeper->kernel_fd, SIGTERM, NULL, 0);
}

static void shutdown_ended(struct keeper *keeper, int status)
{
	(void)status;
	clients_power_off(keeper);
}

static const char *call_stop(struct keeper *keeper)
{
	if (keeper->state == MACHINE_STOPPING)
		return "ok";
	keeper_state_set(keeper, MACHINE_STOPPING);
	if (keeper->agent_answers && !script.channel && file_exists(txt_printf("%s/guest/shutdown.sh", keeper->machine.run_dir)))
		clients_run_script(keeper, "shutdown.sh", "shutdown.log", shutdown_ended);
	else
		clients_power_off(keeper);
	return "ok";
}

static const char *call_serve(struct keeper *keeper, const char *request)
{
	if (!strcmp(request, "stop"))
		return call_stop(keeper);
	if (!strcmp(request, "ping"))
		return "ok";
	return "unknown request";
}

/* ---- clients ----------------------------------------------------------------------- */

static void client_close(struct keeper *keeper, struct client *client)
{
	if (client->channel)
		wirelink_send(&keeper->agent, WIRE_CLOSE, client->channel, NULL, 0);
	wirelink_release(&client->link);
	free(client->request);
	client->request = NULL;
	client->channel = 0;
}

void clients_accept(struct keeper *keeper)
{
	int fd = accept4(keeper->ctl_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), at = 0;

	if (fd < 0)
		return;
	while (at < nr_clients && clients[at].link.fd >= 0)
		at++;
	if (at == KEEPER_CLIENTS) {
		close(fd);
		return;
	}
	if (at == nr_clients)
		nr_clients++;
	clients[at] = (struct client){ 0 };
	wirelink_init(&clients[at].link, fd);
}

/* What a newcomer sees at once: the end of what the console showed. */
static void console_replay(struct keeper *keeper, struct client *client)
{
	char data[REPLAY];
	int fd = open(txt_printf("%s/console.log", keeper->machine.dir), O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t size = fd < 0 ? 0 : pread(fd, data, sizeof(data), end > REPLAY ? end - REPLAY : 0);

	if (fd >= 0)
		close(fd);
	if (size > 0)
		wirelink_send(&client->link, WIRE_OUTPUT, 0, data, size);
}

static void client_refuse(struct client *client, const char *reason)
{
	wirelink_send(&client->link, WIRE_REFUSED, 0, reason, strlen(reason));
	wirelink_flush(&client->link);
	client->channel = 0;
	client->ends = true;
}

/* The command line of a request, and whether it wants a terminal. */
static void client_record(struct client *client)
{
	struct words words = { 0 };
	char *line;

	if (!record_wanted())
		return;
	for (size_t at = 0; at < client->request_size; at += strnlen(client->request + at, client->request_size - at) + 1) {
		const char *word = client->request + at;

		if (txt_starts(word, "arg="))
			words_add(&words, word + 4);
		else if (!strcmp(word, "pty=1"))
			client->terminal = true;
	}
	line = words_join(&words, " ");
	recordf("program", "%u %s", client->channel, *line ? line : "(shell)");
}

static void client_open(struct keeper *keeper, struct client *client)
{
	client->channel = channel_new();
	if (!client->channel)
		client_refuse(client, "125 too many programs run in this machine already");
	else {
		client_record(client);
		wirelink_send(&keeper->agent, WIRE_OPEN, client->channel, client->request, client->request_size);
	}
	free(client->request);
	client->request = NULL;
}

/* What is typed at a console or into a program's terminal. */
static void input_record(const struct client *client, const char *data, size_t size)
{
	char kind[24] = "typed";

	if (client->terminal)
		snprintf(kind, sizeof(kind), "typed-%u", client->channel);
	if (client->terminal || client->console)
		record_bytes(kind, data, size);
}

static void output_record(const struct client *client, const struct wire_header *header, const char *payload)
{
	char kind[24];

	snprintf(kind, sizeof(kind), "output-%u", client->channel);
	if (client->terminal && header->type == WIRE_OUTPUT)
		record_output(kind, payload, header->size);
	else if (header->type == WIRE_EXIT || header->type == WIRE_REFUSED)
		recordf("program", "%u ended", client->channel);
}

static void client_frame(struct keeper *keeper, struct client *client, const struct wire_header *header, const char *payload)
{
	const char *answer;

	switch (header->type) {
	case WIRE_OPEN:
		if (client->channel || client->request)
			break;
		client->request = malloc(header->size + 1);
		memcpy(client->request, payload, header->size);
		client->request[header->size] = '\0';
		client->request_size = header->size;
		keeper_agent_ping(keeper);
		if (keeper->agent_answers)
			client_open(keeper, client);
		break;
	case WIRE_ATTACH:
		client->console = true;
		console_replay(keeper, client);
		break;
	case WIRE_CALL:
		answer = call_serve(keeper, txt_copy_part(payload, header->size));
		wirelink_send(&client->link, WIRE_REPLY, 0, answer, strlen(answer));
		break;
	case WIRE_RESIZE:
		if (client->console)
			wirelink_send(&keeper->agent, WIRE_SIZE, 0, payload, header->size);
		/* fall through */
	default:
		if (header->type == WIRE_INPUT)
			input_record(client, payload, header->size);
		if (client->channel)
			wirelink_send(&keeper->agent, header->type, client->channel, payload, header->size);
		else if (client->console && header->type == WIRE_INPUT && keeper->console_fd >= 0)
			fd_write_all(keeper->console_fd, payload, header->size);
	}
}

/* Frames that are here already; what follows a request that waits, waits with it. */
static void client_parse(struct keeper *keeper, struct client *client)
{
	struct wire_header header;
	const char *payload;

	while (client->link.fd >= 0 && !client->request && wirelink_next(&client->link, &header, &payload))
		client_frame(keeper, client, &header, payload);
}

static void client_take(struct keeper *keeper, struct client *client)
{
	ssize_t size = wirelink_receive(&client->link);

	if (size == -EAGAIN)
		return;
	if (size <= 0)
		client_close(keeper, client);
	else
		client_parse(keeper, client);
}

void clients_agent_found(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++)
		if (clients[i].link.fd >= 0 && clients[i].request) {
			client_open(keeper, &clients[i]);
			client_parse(keeper, &clients[i]);
		}
}

void clients_agent_frame(struct keeper *keeper, const struct wire_header *header, const char *payload)
{
	if (header->channel == script.channel) {
		script_frame(keeper, header, payload);
		return;
	}
	for (int i = 0; i < nr_clients; i++) {
		struct client *client = &clients[i];

		if (client->link.fd < 0 || client->channel != header->channel)
			continue;
		wirelink_send(&client->link, header->type, 0, payload, header->size);
		output_record(client, header, payload);
		if (header->type == WIRE_EXIT || header->type == WIRE_REFUSED) {
			client->channel = 0;
			client->ends = true;
		}
	}
}

void clients_agent_lost(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++)
		if (clients[i].link.fd >= 0 && clients[i].channel)
			client_refuse(&clients[i], "125 the machine ended, or its agent did");
	script_end(keeper, 255 << 8);
}

bool clients_wait(void)
{
	for (int i = 0; i < nr_clients; i++)
		if (clients[i].link.fd >= 0 && clients[i].channel)
			return true;
	return script.channel;
}

void clients_console_output(const char *data, size_t size)
{
	for (int i = 0; i < nr_clients; i++)
		if (clients[i].link.fd >= 0 && clients[i].console && wirelink_pending(&clients[i].link) < CONSOLE_BACKLOG)
			wirelink_send(&clients[i].link, WIRE_OUTPUT, 0, data, size);
}

int clients_poll_fill(struct pollfd *polled, int room)
{
	int nr = nr_clients < room ? nr_clients : room;

	for (int i = 0; i < nr; i++) {
		struct wire_link *link = &clients[i].link;

		polled[i] = (struct pollfd){ .fd = link->fd, .events = clients[i].request ? 0 : POLLIN };
		if (link->fd < 0)
			continue;
		wirelink_flush(link);
		if (wirelink_pending(link))
			polled[i].events |= POLLOUT;
		else if (clients[i].ends) {
			wirelink_release(link);
			polled[i].fd = -1;
		}
	}
	return nr;
}

void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr)
{
	for (int i = 0; i < nr; i++)
		if (clients[i].link.fd >= 0 && polled[i].fd == clients[i].link.fd && (polled[i].revents & (POLLIN | POLLHUP | POLLERR)))
			client_take(keeper, &clients[i]);
}
