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
 * Later frames may only be those that belong to that request.
 *
 * A client may be a script that was killed, stopped or written badly, and the agent may be hostile,
 * so all buffers are bounded and nothing here waits for anybody:
 *   - agentflow.h limits a program's data in both directions. The channel of an agent or client
 *     that breaks the rules is closed.
 *   - Frames for a client that does not read are queued, at most CLIENT_QUEUE_MAX for one client
 *     and BACKLOG_MAX for all, after which clients above their share are cut off. A console client
 *     loses output instead (CONSOLE_BACKLOG), and a watcher is dropped (WATCH_BACKLOG).
 *   - A client is not read while it must not send more (client_may_send()).
 *   - If the table is full, a client that has requested nothing is closed after SILENT_SECONDS.
 *
 * This file is longer than 500 lines because all its parts work on the table of clients.
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
#include "base/timing.h"
#include "link/agentflow.h"
#include "machine/keeper_console.h"
#include "machine/keeper_script.h"
#include "machine/keeper_stop.h"
#include "machine/record.h"

enum {
	CONSOLE_BACKLOG = 256 << 10,
	WATCH_BACKLOG = 4096,
	REPLAY = 4096,
	/* Twice the window (agentflow.c), in frames of one byte, and a last frame. */
	DATA_QUEUE_MAX = 2 * AGENT_WINDOW * (sizeof(struct agent_header) + 1),
	CLIENT_QUEUE_MAX = DATA_QUEUE_MAX + AGENT_PAYLOAD_MAX,
	BACKLOG_MAX = 32 << 20,
	BACKLOG_SHARE = BACKLOG_MAX / KEEPER_CLIENTS,
	SILENT_SECONDS = 10,
};

struct client {
	struct agentlink link;		/* fd < 0: free entry */
	double since;			/* when it connected */
	unsigned int channel;		/* of a program, else 0 */
	struct agentflow flow;		/* of @channel */
	char *request;			/* an AGENT_OPEN that waits for the agent */
	size_t request_size;
	bool asked;			/* its first frame has come */
	bool console;
	bool watches;
	bool calls;
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

size_t clients_backlog(void)
{
	size_t sum = 0;

	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]))
			sum += agentlink_pending(&clients[i].link);
	return sum;
}

bool clients_have_room(struct keeper *keeper)
{
	double now;

	if (entry_find() < KEEPER_CLIENTS)
		return true;
	now = timing_seconds();
	for (int i = 0; i < nr_clients; i++)
		if (!clients[i].asked && now - clients[i].since >= SILENT_SECONDS)
			client_close(keeper, &clients[i]);
	return entry_find() < KEEPER_CLIENTS;
}

void clients_close(struct keeper *keeper)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i])) {
			agentlink_flush(&clients[i].link);
			client_close(keeper, &clients[i]);
		}
	nr_clients = 0;
}

void clients_accept(struct keeper *keeper)
{
	int fd = accept4(keeper->ctl_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int at = entry_find();

	if (fd < 0)
		return;
	if (at == KEEPER_CLIENTS) {
		close(fd);
		return;
	}
	if (at == nr_clients)
		nr_clients++;
	clients[at] = (struct client){ .since = timing_seconds() };
	agentlink_init(&clients[at].link, fd, CLIENT_QUEUE_MAX);
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
		    agentlink_pending(&clients[i].link) < CONSOLE_BACKLOG &&
		    clients_backlog() < BACKLOG_MAX)
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
	bool reads = agentlink_pending(&keeper->agent) < KEEPER_AGENT_BACKLOG;

	client->channel = reads ? keeper_channel_get() : 0;
	if (!reads) {
		client_refuse(client, "125 the machine's agent does not read");
	} else if (!client->channel) {
		client_refuse(client, "125 too many programs run in this machine already");
	} else {
		agentflow_init(&client->flow);
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
	char text[24];

	if (client->terminal && header->type == AGENT_OUTPUT) {
		snprintf(text, sizeof(text), "output-%u", client->channel);
		record_output(text, payload, header->size);
	} else if (header->type == AGENT_EXIT || header->type == AGENT_REFUSED) {
		snprintf(text, sizeof(text), "%u ended", client->channel);
		record_event("program", text);
	}
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

/* Passes a frame from the client to its program. False: the client broke the rules. */
static bool program_frame(struct keeper *keeper, struct client *client,
			  const struct agent_header *header, const char *payload)
{
	uint32_t credit;

	/* The program has ended; what the client sent before it knew is dropped. */
	if (!client->channel)
		return true;
	if (agentflow_client(&client->flow, header, payload, &credit))
		return false;
	if (header->type == AGENT_INPUT)
		input_record(client, payload, header->size);
	if (header->type != AGENT_CREDIT)
		agentlink_send(&keeper->agent, header->type, client->channel, payload,
			       header->size);
	else if (credit)
		agentlink_send(&keeper->agent, AGENT_CREDIT, client->channel, &credit,
			       sizeof(credit));
	return true;
}

static bool console_frame(struct keeper *keeper, struct client *client,
			  const struct agent_header *header, const char *payload)
{
	if (header->type == AGENT_INPUT) {
		input_record(client, payload, header->size);
		keeper_console_type(keeper, payload, header->size);
	} else if (header->type == AGENT_RESIZE) {
		/* A later size replaces this one, so an agent that does not read may miss it. */
		if (agentlink_pending(&keeper->agent) < KEEPER_AGENT_BACKLOG)
			agentlink_send(&keeper->agent, AGENT_SIZE, 0, payload, header->size);
	} else {
		return header->type == AGENT_SIGNAL;
	}
	return true;
}

static void call_frame(struct keeper *keeper, struct client *client,
		       const struct agent_header *header, const char *payload)
{
	const char *answer = call_serve(keeper, payload, header->size);

	client->calls = true;
	agentlink_send(&client->link, AGENT_REPLY, 0, answer, strlen(answer));
}

/* Serves the first frame, which says what the client wants. False: it is not a request. */
static bool first_frame(struct keeper *keeper, struct client *client,
			const struct agent_header *header, const char *payload)
{
	client->asked = true;
	switch (header->type) {
	case AGENT_OPEN:
		request_take(keeper, client, payload, header->size);
		return true;
	case AGENT_ATTACH:
		client->console = true;
		console_replay(keeper, client);
		return true;
	case AGENT_WATCH:
		client->watches = true;
		state_tell(keeper, client);
		return true;
	case AGENT_CALL:
		call_frame(keeper, client, header, payload);
		return true;
	}
	return false;
}

static void client_frame(struct keeper *keeper, struct client *client,
			 const struct agent_header *header, const char *payload)
{
	bool good = true;

	if (!client->asked)
		good = first_frame(keeper, client, header, payload);
	else if (client->console)
		good = console_frame(keeper, client, header, payload);
	else if (client->calls && header->type == AGENT_CALL)
		call_frame(keeper, client, header, payload);
	else
		good = !client->watches && !client->calls &&
		       program_frame(keeper, client, header, payload);
	if (!good)
		client_close(keeper, client);
}

/* May the client send more? Otherwise its frames wait in its socket. */
static bool client_may_send(const struct keeper *keeper, const struct client *client)
{
	if (client->request)
		return false;
	if (client->console)
		return keeper->console_fd < 0 || keeper_console_has_room(keeper);
	if (client->channel)
		return agentlink_pending(&keeper->agent) < KEEPER_AGENT_BACKLOG;
	return agentlink_pending(&client->link) < WATCH_BACKLOG || client->ends;
}

static void client_parse(struct keeper *keeper, struct client *client)
{
	struct agent_header header;
	const char *payload;

	while (is_open(client) && client_may_send(keeper, client) &&
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

/* Ends a channel whose agent broke the rules, or whose client does not read. */
static void channel_cut(struct keeper *keeper, struct client *client, const char *why)
{
	char *reason = txt_printf("125 %s", why);

	keeper_note("channel %u: %s", client->channel, why);
	agentlink_send(&keeper->agent, AGENT_CLOSE, client->channel, NULL, 0);
	client_refuse(client, reason);
	free(reason);
}

static bool queue_has_room(const struct client *client, size_t size)
{
	size_t pending = agentlink_pending(&client->link);

	return pending + size + sizeof(struct agent_header) <= DATA_QUEUE_MAX &&
	       (pending < BACKLOG_SHARE || clients_backlog() < BACKLOG_MAX);
}

/* Passes a valid frame from the agent on to the client. */
static void client_tell(struct keeper *keeper, struct client *client,
			const struct agent_header *header, const char *payload)
{
	char reason[AGENT_REASON_MAX], *text;

	if (header->type == AGENT_REFUSED) {
		int status = agentflow_refusal(header, payload, reason);

		text = txt_printf("%d %s", status, reason);
		agentlink_send(&client->link, AGENT_REFUSED, 0, text, strlen(text));
		free(text);
	} else if (queue_has_room(client, header->size)) {
		agentlink_send(&client->link, header->type, 0, payload, header->size);
	} else {
		channel_cut(keeper, client, "the program's output is not read");
		return;
	}
	output_record(client, header, payload);
	if (header->type == AGENT_EXIT || header->type == AGENT_REFUSED) {
		channel_release(client);
		client->ends = true;
	}
}

static struct client *channel_find(unsigned int channel)
{
	for (int i = 0; i < nr_clients; i++)
		if (is_open(&clients[i]) && clients[i].channel == channel)
			return &clients[i];
	return NULL;
}

void clients_agent_frame(struct keeper *keeper, const struct agent_header *header,
			 const char *payload)
{
	struct client *client;
	const char *wrong;

	if (keeper_script_frame(keeper, header, payload))
		return;
	client = channel_find(header->channel);
	if (!client)
		return;
	wrong = agentflow_agent(&client->flow, header, payload);
	if (wrong) {
		char *why = txt_printf("the machine's agent sent %s", wrong);

		channel_cut(keeper, client, why);
		free(why);
		return;
	}
	client_tell(keeper, client, header, payload);
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

int clients_poll_fill(struct keeper *keeper, struct pollfd *polled, int room)
{
	int nr = nr_clients < room ? nr_clients : room;

	for (int i = 0; i < nr; i++) {
		struct client *client = &clients[i];
		struct agentlink *link = &client->link;

		/* Frames may have waited until the client could send again. */
		client_parse(keeper, client);
		if (is_open(client)) {
			agentlink_flush(link);
			if (link->failed || (client->ends && !agentlink_pending(link)))
				client_close(keeper, client);
		}
		polled[i] = (struct pollfd){ .fd = link->fd };
		if (client_may_send(keeper, client))
			polled[i].events |= POLLIN;
		if (agentlink_pending(link))
			polled[i].events |= POLLOUT;
	}
	return nr;
}

void clients_poll_done(struct keeper *keeper, const struct pollfd *polled, int nr)
{
	for (int i = 0; i < nr; i++) {
		if (!is_open(&clients[i]) || polled[i].fd != clients[i].link.fd)
			continue;
		if (polled[i].revents & POLLIN)
			client_take(keeper, &clients[i]);
		else if (polled[i].revents & (POLLHUP | POLLERR))
			client_close(keeper, &clients[i]);
	}
}
