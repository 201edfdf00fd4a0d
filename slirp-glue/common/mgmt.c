// SPDX-License-Identifier: GPL-2.0-only
/*
 * mgmt.c - serve text commands on a socket
 *
 * The switch and the uplinks each have a table of commands and one listening socket. There is
 * one struct client per connection. The whole answer to a command is collected and sent as
 * fast as the socket takes it. A client that does not read is disconnected when REPLY_MAX / 2
 * bytes wait for it.
 *
 * Called by serve.c, uplink.c and the commands, only on the thread that runs the event loop.
 */
#include "common/mgmt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "common/loop.h"
#include "common/socket.h"

enum {
	LINE_MAX_SIZE = 1024,
	REPLY_MAX = 1 << 20,
	CLIENTS_MAX = 64,
};

struct mgmt_reply {
	char *text;
	size_t size, sent, room;
	bool failed;		/* the answer is an error */
	bool taken;		/* the connection has a new owner */
};

struct client {
	struct loop_source source;
	char line[LINE_MAX_SIZE];
	size_t size;
	struct mgmt_reply reply;
};

static struct loop_source listener = { .fd = -1 };
static const struct mgmt_command *known_commands;
static char listener_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
static int nr_clients;

/* ---- answers -------------------------------------------------------------- */

static void reply_add(struct mgmt_reply *reply, const char *text, size_t size)
{
	if (reply->size + size > REPLY_MAX)
		return;
	if (reply->size + size > reply->room) {
		size_t room = 2 * (reply->size + size);
		char *bigger = realloc(reply->text, room);

		if (!bigger)
			return;
		reply->text = bigger;
		reply->room = room;
	}
	memcpy(reply->text + reply->size, text, size);
	reply->size += size;
}

static void reply_format(struct mgmt_reply *reply, const char *prefix, const char *format,
			 va_list args)
{
	char line[LINE_MAX_SIZE];
	int size = snprintf(line, sizeof(line), "%s", prefix);

	size += vsnprintf(line + size, sizeof(line) - size - 1, format, args);
	if (size > LINE_MAX_SIZE - 2)
		size = LINE_MAX_SIZE - 2;
	line[size++] = '\n';
	reply_add(reply, line, size);
}

void mgmt_line(struct mgmt_reply *reply, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	reply_format(reply, " ", format, args);
	va_end(args);
}

int mgmt_error(struct mgmt_reply *reply, const char *format, ...)
{
	va_list args;

	reply->failed = true;
	va_start(args, format);
	reply_format(reply, "error: ", format, args);
	va_end(args);
	return -1;
}

int mgmt_take(struct mgmt_reply *reply)
{
	struct client *client = container_of(reply, struct client, reply);

	reply_add(reply, "ok\n", 3);
	if (send(client->source.fd, reply->text, reply->size, MSG_NOSIGNAL) != (ssize_t)reply->size)
		return -1;
	loop_remove(&client->source);
	reply->taken = true;
	return client->source.fd;
}

int mgmt_help(struct mgmt_reply *reply, char **words, int nr_words)
{
	for (const struct mgmt_command *command = known_commands; command->name; command++)
		mgmt_line(reply, "%s %s", command->name, command->usage ? command->usage : "");
	return 0;
}

/* ---- clients -------------------------------------------------------------- */

static void client_close(struct client *client)
{
	if (!client->reply.taken)
		loop_close(&client->source);
	free(client->reply.text);
	free(client);
	nr_clients--;
}

static void command_run(struct client *client, char *line)
{
	struct mgmt_reply *reply = &client->reply;
	const struct mgmt_command *command;
	char *words[MGMT_WORDS + 1], *rest = NULL;
	int nr = 0;

	for (char *word = strtok_r(line, " \t\r", &rest); word && nr < MGMT_WORDS;
	     word = strtok_r(NULL, " \t\r", &rest))
		words[nr++] = word;
	words[nr] = NULL;
	if (!nr)
		return;
	reply->failed = false;
	for (command = known_commands; command->name; command++)
		if (!strcmp(command->name, words[0]))
			break;
	if (!command->name) {
		mgmt_error(reply, "unknown command '%s' (try: help)", words[0]);
		return;
	}
	if (nr - 1 < command->min_words || nr - 1 > command->max_words) {
		mgmt_error(reply, "usage: %s %s", command->name,
			   command->usage ? command->usage : "");
		return;
	}
	if (command->fn(reply, words, nr) && !reply->failed)
		mgmt_error(reply, "%s failed", words[0]);
	if (!reply->failed && !reply->taken)
		reply_add(reply, "ok\n", 3);
}

/* Sends what waits for the client. False: the client has gone, or does not read. */
static bool client_flush(struct client *client)
{
	struct mgmt_reply *reply = &client->reply;

	while (reply->sent < reply->size) {
		ssize_t size = send(client->source.fd, reply->text + reply->sent,
				    reply->size - reply->sent, MSG_NOSIGNAL);

		if (size < 0 && errno != EAGAIN)
			return false;
		if (size < 0)
			break;
		reply->sent += size;
	}
	if (reply->sent == reply->size)
		reply->sent = reply->size = 0;
	loop_change(&client->source, EPOLLIN | (reply->size ? EPOLLOUT : 0));
	return reply->size < REPLY_MAX / 2;
}

static void client_ready(struct loop_source *source, uint32_t events)
{
	struct client *client = container_of(source, struct client, source);
	ssize_t size;
	char *end;

	if (events & EPOLLOUT && !client_flush(client)) {
		client_close(client);
		return;
	}
	if (!(events & ~EPOLLOUT))
		return;
	size = read(source->fd, client->line + client->size, sizeof(client->line) - client->size);
	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0) {
		client_close(client);
		return;
	}
	client->size += size;
	while ((end = memchr(client->line, '\n', client->size))) {
		size_t used = end + 1 - client->line;

		*end = '\0';
		command_run(client, client->line);
		if (client->reply.taken) {
			client_close(client);
			return;
		}
		client->size -= used;
		memmove(client->line, client->line + used, client->size);
	}
	if (client->size == sizeof(client->line) || !client_flush(client))
		client_close(client);
}

static void client_accept(struct loop_source *source, uint32_t events)
{
	int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *client;

	if (fd < 0)
		return;
	client = nr_clients < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		close(fd);
		return;
	}
	client->source = (struct loop_source) { .fd = fd, .ready = client_ready };
	nr_clients++;
	if (loop_add(&client->source, EPOLLIN))
		client_close(client);
}

int mgmt_start(const char *path, const struct mgmt_command *commands)
{
	int fd = socket_listen(path, SOCK_STREAM, 0600);

	if (fd < 0)
		return fd;
	known_commands = commands;
	strcpy(listener_path, path);
	listener = (struct loop_source) { .fd = fd, .ready = client_accept };
	return loop_add(&listener, EPOLLIN);
}

void mgmt_stop(void)
{
	if (listener.fd < 0)
		return;
	loop_close(&listener);
	unlink(listener_path);
}
