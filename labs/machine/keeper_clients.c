// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_clients.c - serve the command's connections to the keeper
 *
 * Called by the keeper's poll loop (keeper.c). A client's first frame says what the client wants:
 *   AGENT_OPEN    a program in the guest: frames pass between client and agent, and only
 *                 the channel number changes
 *   AGENT_ATTACH  the console
 *   AGENT_WATCH   the machine's state now and at each change
 *   AGENT_CALL    the answer to a request
 * All buffers are bounded. AGENT_WINDOW limits a program's data. A console client that reads too
 * slowly loses output (CONSOLE_BACKLOG), and a watcher that does not read is dropped
 * (WATCH_BACKLOG).
 */
#include "machine/keeper_clients.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/keeper_script.h"
#include "machine/keeper_stop.h"
#include "machine/record.h"

enum { CONSOLE_BACKLOG = 1 << 20, WATCH_BACKLOG = 4096, REPLAY = 4096 };

struct client {
	struct agentlink link;		/* fd < 0: free entry */
	unsigned int channel;		/* of a program, else 0 */
	char *request;			/* an AGENT_OPEN that waits for the agent */
	size_t request_size;
	bool console;
	bool watches;
	bool terminal;			/* the program has a terminal, whose input is recorded */
	bool ends;			/* close the link once everything is sent */
};

static struct client clients[KEEPER_CLIENTS];
static int nr_clients;			/* entries that are in use or were used before */

static bool is_open(const struct client *client)
{
	return client->link.fd >= 0;
}

static void channel_release(struct client *client)
{
	if (client->channel)
		keeper_channel_put(client->channel);
	client->channel = 0;
}

static void client_close(struct keeper *keeper, struct client *client)
{
	if (client->channel)
		agentlink_send(&keeper->agent, AGENT_CLOSE, client->channel, NULL, 0);
	channel_release(client);
	agentlink_release(&client->link);
	free(client->request);
	client->request = NULL;
}

static int entry_find(void)
{
	int at = 0;

	while (at < nr_clients && is_open(&clients[at]))
		at++;
	return at;
}

bool clients_have_room(void)
{
	return entry_find() < KEEPER_CLIENTS;
}

void clients_accept(struct keeper *keeper)
{
	int fd = accept4(keeper->ctl_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int at = entry_find();

	if (fd < 0)
		return;
	if (at == nr_clients)
		nr_clients++;
	clients[at] = (struct client){ 0 };
	agentlink_init(&clients[at].link, fd);
}

/* ---- console, states --------------------------------------------------------------- */

/* Sends a new console client the latest output. */
static void console_replay(struct keeper *keeper, struct client *client)
{
	char *path = txt_printf("%s/console.log", keeper->machine.dir), data[REPLAY];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t size = fd < 0 ? 0 : pread(fd, data, sizeof(data), end > REPLAY ? end - REPLAY : 0);

	free(path);
	if (fd >= 0)
		close(fd);
	if (size > 0)
		agentlink_send(&client->link, AGENT_OUTPUT, 0, data, size);
}

void clients_console_output(const char *data, size_t size)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]) && clients[i].console &&
		    agentlink_pending(&clients[i].link) < CONSOLE_BACKLOG)
			agentlink_send(&clients[i].link, AGENT_OUTPUT, 0, data, size);
}

static void state_tell(const struct keeper *keeper, struct client *client)
{
	const char *word = machine_state_word(keeper->state);

	agentlink_send(&client->link, AGENT_STATE, 0, word, strlen(word));
}

void clients_state_changed(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++) {
		if (!is_open(&clients[i]) || !clients[i].watches)
			continue;
		if (agentlink_pending(&clients[i].link) < WATCH_BACKLOG)
			state_tell(keeper, &clients[i]);
		else
			client_close(keeper, &clients[i]);
	}
}

/* ---- programs ---------------------------------------------------------------------- */

static void client_refuse(struct client *client, const char *reason)
{
	agentlink_send(&client->link, AGENT_REFUSED, 0, reason, strlen(reason));
	agentlink_flush(&client->link);
	channel_release(client);
	client->ends = true;
}

/* Writes the command line to an exam's record, and notes whether the program has a terminal. */
static void client_record(struct client *client)
{
	const char *end = client->request + client->request_size;
	struct words words = { 0 };
	char *line;

	if (!record_wanted())
		return;
	for (const char *word = client->request; word < end; word += strlen(word) + 1) {
		if (txt_starts(word, "arg="))
			words_add(&words, word + 4);
		else if (!strcmp(word, "pty=1"))
			client->terminal = true;
	}
	line = words_join(&words, " ");
	recordf("program", "%u %s", client->channel, *line ? line : "(shell)");
	free(line);
	words_release(&words);
}

static void client_open(struct keeper *keeper, struct client *client)
{
	client->channel = keeper_channel_get();
	if (!client->channel) {
		client_refuse(client, "125 too many programs run in this machine already");
	} else {
		client_record(client);
		agentlink_send(&keeper->agent, AGENT_OPEN, client->channel, client->request,
			       client->request_size);
	}
	free(client->request);
	client->request = NULL;
}

/* Keeps a request until the agent answers. client_record() relies on the NUL after the request. */
static void request_take(struct keeper *keeper, struct client *client, const char *payload,
			 size_t size)
{
	if (client->channel || client->request)
		return;
	client->request = malloc(size + 1);
	if (!client->request) {
		client_refuse(client, "125 the keeper has no memory left");
		return;
	}
	memcpy(client->request, payload, size);
	client->request[size] = '\0';
	client->request_size = size;
	keeper_agent_ping(keeper);
	if (keeper->agent_answers)
		client_open(keeper, client);
}

/* Writes what is typed at the console or into a program's terminal to an exam's record. */
static void input_record(const struct client *client, const char *data, size_t size)
{
	char kind[24] = "typed";

	if (client->terminal)
		snprintf(kind, sizeof(kind), "typed-%u", client->channel);
	if (client->terminal || client->console)
		record_bytes(kind, data, size);
}

static void output_record(const struct client *client, const struct agent_header *header,
			  const char *payload)
{
	char kind[24];

	snprintf(kind, sizeof(kind), "output-%u", client->channel);
	if (client->terminal && header->type == AGENT_OUTPUT)
		record_output(kind, payload, header->size);
	else if (header->type == AGENT_EXIT || header->type == AGENT_REFUSED)
		recordf("program", "%u ended", client->channel);
}

/* ---- frames ------------------------------------------------------------------------ */

static const char *call_serve(struct keeper *keeper, const char *request, size_t size)
{
	if (size != 4)
		return "unknown request";
	if (!memcmp(request, "stop", 4)) {
		keeper_stop(keeper);
		return "ok";
	}
	return !memcmp(request, "ping", 4) ? "ok" : "unknown request";
}

/* Passes a frame from the client to its program or to the console. */
static void client_pass(struct keeper *keeper, struct client *client,
			const struct agent_header *header, const char *payload)
{
	if (header->type == AGENT_INPUT)
		input_record(client, payload, header->size);
	if (client->channel)
		agentlink_send(&keeper->agent, header->type, client->channel, payload,
			       header->size);
	else if (client->console && header->type == AGENT_INPUT && keeper->console_fd >= 0)
		fd_write_all(keeper->console_fd, payload, header->size);
}

static void client_frame(struct keeper *keeper, struct client *client,
			 const struct agent_header *header, const char *payload)
{
	const char *answer;

	switch (header->type) {
	case AGENT_OPEN:
		request_take(keeper, client, payload, header->size);
		break;
	case AGENT_ATTACH:
		client->console = true;
		console_replay(keeper, client);
		break;
	case AGENT_WATCH:
		client->watches = true;
		state_tell(keeper, client);
		break;
	case AGENT_CALL:
		answer = call_serve(keeper, payload, header->size);
		agentlink_send(&client->link, AGENT_REPLY, 0, answer, strlen(answer));
		break;
	case AGENT_RESIZE:
		if (client->console)
			agentlink_send(&keeper->agent, AGENT_SIZE, 0, payload, header->size);
		client_pass(keeper, client, header, payload);
		break;
	default:
		client_pass(keeper, client, header, payload);
	}
}

/* Serves received frames. While a request waits for the agent, later frames stay in the buffer. */
static void client_parse(struct keeper *keeper, struct client *client)
{
	struct agent_header header;
	const char *payload;

	while (is_open(client) && !client->request &&
	       agentlink_next(&client->link, &header, &payload))
		client_frame(keeper, client, &header, payload);
}

static void client_take(struct keeper *keeper, struct client *client)
{
	ssize_t size = agentlink_receive(&client->link);

	if (size == -EAGAIN)
		return;
	if (size <= 0)
		client_close(keeper, client);
	else
		client_parse(keeper, client);
}

/* ---- the agent --------------------------------------------------------------------- */

void clients_agent_found(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]) && clients[i].request) {
			client_open(keeper, &clients[i]);
			client_parse(keeper, &clients[i]);
		}
}

void clients_agent_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload)
{
	if (keeper_script_frame(keeper, header, payload))
		return;
	for (int i = 0; i < nr_clients; i++) {
		struct client *client = &clients[i];

		if (!is_open(client) || client->channel != header->channel)
			continue;
		agentlink_send(&client->link, header->type, 0, payload, header->size);
		output_record(client, header, payload);
		if (header->type == AGENT_EXIT || header->type == AGENT_REFUSED) {
			channel_release(client);
			client->ends = true;
		}
	}
}

void clients_agent_lost(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]) && clients[i].channel)
			client_refuse(&clients[i], "125 the machine has ended, or its agent has");
	keeper_script_lost(keeper);
}

bool clients_wait(void)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]) && clients[i].channel)
			return true;
	return keeper_script_runs();
}

/* ---- the poll loop ----------------------------------------------------------------- */

int clients_poll_fill(struct pollfd *polled, int room)
{
	int nr = nr_clients < room ? nr_clients : room;

	for (int i = 0; i < nr; i++) {
		struct agentlink *link = &clients[i].link;

		polled[i] = (struct pollfd){ .fd = link->fd,
					     .events = clients[i].request ? 0 : POLLIN };
		if (link->fd < 0)
			continue;
		agentlink_flush(link);
		if (agentlink_pending(link)) {
			polled[i].events |= POLLOUT;
		} else if (clients[i].ends) {
			agentlink_release(link);
			polled[i].fd = -1;
		}
	}
	return nr;
}

void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr)
{
	for (int i = 0; i < nr; i++)
		if (is_open(&clients[i]) && polled[i].fd == clients[i].link.fd &&
		    (polled[i].revents & (POLLIN | POLLHUP | POLLERR)))
			client_take(keeper, &clients[i]);
}
