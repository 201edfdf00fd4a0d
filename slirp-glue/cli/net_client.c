// SPDX-License-Identifier: GPL-2.0-only
/*
 * net_client.c - talking to a running switch or uplink (the other side of mgmt.c)
 */
#include "cli/net.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "common/mgmt.h"
#include "common/place.h"
#include "common/say.h"

enum { ANSWER_TIME = 10000 };	/* ms */

struct connection {
	int fd;
	char text[4096];
	size_t size;
};

static int connect_to(const char *name, struct connection *connection)
{
	char folder[PLACE_SIZE], path[PLACE_SIZE + 8];
	int error = place_find(name, folder, sizeof(folder), 0);

	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/mgmt", folder);
	connection->size = 0;
	connection->fd = socket_connect(path, SOCK_STREAM);
	return connection->fd < 0 ? connection->fd : 0;
}

static bool command_send(struct connection *connection, char **words, int nr_words)
{
	char line[1024];
	size_t size = 0;

	for (int i = 0; i < nr_words; i++) {
		size += snprintf(line + size, sizeof(line) - size, "%s%s", i ? " " : "", words[i]);
		if (size >= sizeof(line) - 1)
			die(STATUS_USAGE, "the command is longer than %zu bytes", sizeof(line));
	}
	line[size++] = '\n';
	return send(connection->fd, line, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* The next line of the answer, without its newline; NULL at the end or after ANSWER_TIME. */
static char *line_read(struct connection *connection)
{
	static char line[sizeof(connection->text)];
	struct pollfd wait = { .fd = connection->fd, .events = POLLIN };
	char *end;

	while (!(end = memchr(connection->text, '\n', connection->size))) {
		ssize_t size;

		if (connection->size == sizeof(connection->text) || poll(&wait, 1, ANSWER_TIME) <= 0)
			return NULL;
		size = read(connection->fd, connection->text + connection->size,
			    sizeof(connection->text) - connection->size);
		if (size <= 0)
			return NULL;
		connection->size += size;
	}
	memcpy(line, connection->text, end - connection->text);
	line[end - connection->text] = '\0';
	connection->size -= end + 1 - connection->text;
	memmove(connection->text, end + 1, connection->size);
	return line;
}

static bool all_written(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t done = write(fd, data, size);

		if (done < 0)
			return false;
		data += done;
		size -= done;
	}
	return true;
}

static int copy_rest(struct connection *connection, int fd)
{
	struct pollfd wait[2] = { { .fd = connection->fd, .events = POLLIN }, { .fd = fd } };

	/* A reader that goes away ends the capture even when there are no frames. */
	while (all_written(fd, connection->text, connection->size)) {
		ssize_t size;

		if (poll(wait, 2, -1) < 0 || wait[1].revents & (POLLERR | POLLNVAL))
			return STATUS_OK;
		size = read(connection->fd, connection->text, sizeof(connection->text));
		if (size <= 0)
			return STATUS_OK;
		connection->size = size;
	}
	if (errno == EPIPE)
		return STATUS_OK;
	say("the capture cannot be written: %s", strerror(errno));
	return STATUS_FAILED;
}

/* Says the words, prints the answer. Then the same as net_client(). */
static int converse(struct connection *connection, const char *name, char **words, int nr_words,
		    int output_fd)
{
	char *line;

	if (!command_send(connection, words, nr_words))
		die(STATUS_FAILED, "%s: %s", name, strerror(errno));
	while ((line = line_read(connection))) {
		if (*line == ' ') {
			puts(line + 1);
		} else if (!strcmp(line, "ok")) {
			fflush(stdout);
			return output_fd >= 0 ? copy_rest(connection, output_fd) : STATUS_OK;
		} else {
			fflush(stdout);
			die(STATUS_FAILED, "%s: %s", name,
			    !strncmp(line, "error: ", 7) ? line + 7 : line);
		}
	}
	die(STATUS_FAILED, "%s: no answer", name);
}

int net_client(const char *name, char **words, int nr_words, int output_fd)
{
	struct connection connection;
	int error = connect_to(name, &connection);

	if (error == -ENOENT || error == -ECONNREFUSED)
		die(STATUS_FAILED, "%s: nothing runs there (see umlab-net list)", name);
	if (error)
		die(STATUS_FAILED, "%s: %s", name, strerror(-error));
	return converse(&connection, name, words, nr_words, output_fd);
}

int net_machine(const char *path, char **words, int nr_words)
{
	struct connection connection = { .fd = socket_connect(path, SOCK_STREAM) };

	if (connection.fd < 0)
		die(STATUS_FAILED, "%s: %s; is there a machine with netctl=%s?", path,
		    strerror(-connection.fd), path);
	return converse(&connection, path, words, nr_words, -1);
}

/* The first line of what `show` says: what kind it is. */
static bool kind_ask(const char *name, char *kind, size_t size)
{
	struct connection connection;
	char *words[] = { "show" }, *line;

	if (connect_to(name, &connection))
		return false;
	line = command_send(&connection, words, 1) ? line_read(&connection) : NULL;
	snprintf(kind, size, "%s", line && *line == ' ' ? line + 1 : "?");
	if (strchr(kind, ' '))
		memmove(kind, strchr(kind, ' ') + 1, strlen(strchr(kind, ' ')));
	close(connection.fd);
	return line;
}

int net_list(int json)
{
	char base[PLACE_SIZE], kind[64];
	struct dirent **entries;
	int nr, error = place_base(base, sizeof(base), 0), count = 0;

	if (error && error != -ENOENT)
		die(STATUS_FAILED, "%s: %s", base, strerror(-error));
	nr = error ? 0 : scandir(base, &entries, NULL, alphasort);
	if (json)
		fputs("[", stdout);
	for (int i = 0; i < nr; i++) {
		const char *name = entries[i]->d_name;

		/* What does not answer is what a killed one left behind. */
		if (*name == '.' || !kind_ask(name, kind, sizeof(kind)))
			continue;
		if (json)
			printf("%s\n  { \"name\": \"%s\", \"kind\": \"%s\", \"folder\": \"%s/%s\" }",
			       count ? "," : "", name, kind, base, name);
		else
			printf("%-20s %-8s %s/%s\n", name, kind, base, name);
		count++;
	}
	if (json)
		puts(count ? "\n]" : "]");
	return fflush(stdout) ? STATUS_FAILED : STATUS_OK;
}
