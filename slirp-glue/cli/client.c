// SPDX-License-Identifier: GPL-2.0-only
/*
 * client.c - talk to a running switch, uplink or machine
 *
 * The other side is common/mgmt.c, or the kernel of a machine, which speaks the same protocol
 * (mgmt.h). Called by the verbs of umlab-net in verbs_look.c and verbs_change.c, in a command that
 * ends after the answer.
 */
#include "cli/client.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/tell.h"
#include "common/place.h"
#include "common/socket.h"

enum {
	ANSWER_TIME = 10000,		/* ms to wait for a line of an answer */
	COMMAND_MAX = 1024,		/* bytes of a command */
};

struct session {
	int fd;
	char text[4096];		/* received and not read yet */
	size_t size;
};

static int target_connect(const char *name, struct session *session)
{
	char folder[PLACE_SIZE], path[PLACE_SIZE + 8];
	int error = place_find(name, folder, sizeof(folder), false);

	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/mgmt", folder);
	session->size = 0;
	session->fd = socket_connect(path, SOCK_STREAM);
	return session->fd < 0 ? session->fd : 0;
}

/* Sends a command. 0 or -errno; -E2BIG: the command is too long. */
static int line_send(struct session *session, const char *line)
{
	size_t size = strlen(line);

	if (size > COMMAND_MAX)
		return -E2BIG;
	if (send(session->fd, line, size, MSG_NOSIGNAL) != (ssize_t)size)
		return errno ? -errno : -EAGAIN;
	return 0;
}

static int command_send(struct session *session, const char *name, const struct words *words,
			int first)
{
	struct words line = { 0 };
	char *joined, *text;
	int error;

	if (name)
		words_add(&line, name);
	for (int i = first; words && i < words->nr; i++)
		words_add(&line, words->at[i]);
	joined = words_join(&line, " ");
	text = txt_printf("%s\n", joined);
	error = line_send(session, text);
	free(joined);
	free(text);
	return error;
}

/* Returns the next line of the answer without its newline; NULL at the end or after ANSWER_TIME. */
static char *line_read(struct session *session)
{
	static char line[sizeof(session->text)];
	struct pollfd wait = { .fd = session->fd, .events = POLLIN };
	char *end;

	while (!(end = memchr(session->text, '\n', session->size))) {
		size_t room = sizeof(session->text) - session->size;
		ssize_t size;

		if (!room || poll(&wait, 1, ANSWER_TIME) <= 0)
			return NULL;
		size = read(session->fd, session->text + session->size, room);
		if (size <= 0)
			return NULL;
		session->size += size;
	}
	memcpy(line, session->text, end - session->text);
	line[end - session->text] = '\0';
	session->size -= end + 1 - session->text;
	memmove(session->text, end + 1, session->size);
	return line;
}

/* Writes @size bytes. False: not all of them were written; errno says why. */
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

static enum status rest_copy(struct session *session, int fd)
{
	struct pollfd wait[2] = { { .fd = session->fd, .events = POLLIN }, { .fd = fd } };

	while (all_written(fd, session->text, session->size)) {
		ssize_t size;

		/* A reader that goes away ends the capture even if no frames arrive. */
		if (poll(wait, 2, -1) < 0 || wait[1].revents & (POLLERR | POLLNVAL))
			return STATUS_OK;
		size = read(session->fd, session->text, sizeof(session->text));
		if (size <= 0)
			return STATUS_OK;
		session->size = size;
	}
	if (errno == EPIPE)
		return STATUS_OK;
	tell_error("the capture cannot be written: %s", strerror(errno));
	return STATUS_FAILED;
}

/* Prints the answer, and then copies what follows it if @output_fd >= 0. */
static enum status answer_print(struct session *session, const char *target, int output_fd)
{
	char *line;

	while ((line = line_read(session)) && *line == ' ')
		puts(line + 1);
	fflush(stdout);
	if (!line)
		tell_error("%s: no answer", target);
	else if (!strcmp(line, "ok"))
		return output_fd >= 0 ? rest_copy(session, output_fd) : STATUS_OK;
	else
		tell_error("%s: %s", target, txt_starts(line, "error: ") ? line + 7 : line);
	return STATUS_FAILED;
}

/* Sends the command, prints the answer and closes the session. */
static enum status converse(struct session *session, const char *target, const char *name,
			    const struct words *words, int first, int output_fd)
{
	int error = command_send(session, name, words, first);
	enum status status;

	if (error) {
		tell_error("%s: %s", target, error == -E2BIG ?
			   "the command is longer than 1024 bytes" : strerror(-error));
		status = error == -E2BIG ? STATUS_USAGE : STATUS_FAILED;
	} else {
		status = answer_print(session, target, output_fd);
	}
	close(session->fd);
	return status;
}

enum status client_command(const char *target, const char *name, const struct words *words,
			   int first, int output_fd)
{
	struct session session;
	int error = target_connect(target, &session);

	if (!error)
		return converse(&session, target, name, words, first, output_fd);
	if (error == -ENOENT || error == -ECONNREFUSED)
		tell_error("%s: nothing runs there; 'umlab-net list' shows what runs", target);
	else
		tell_error("%s: %s", target, strerror(-error));
	return STATUS_FAILED;
}

enum status client_machine(const char *path, const struct words *words, int first)
{
	struct session session = { .fd = socket_connect(path, SOCK_STREAM) };

	if (session.fd >= 0)
		return converse(&session, path, NULL, words, first, -1);
	tell_error("%s: %s; is there a machine with netctl=%s?", path, strerror(-session.fd), path);
	return STATUS_FAILED;
}

/* ---- targets --------------------------------------------------------------- */

void client_each_line(const char *target, const char *name,
		      void (*fn)(const char *line, void *arg), void *arg)
{
	struct session session;
	char *line;

	if (target_connect(target, &session))
		return;
	if (!command_send(&session, name, NULL, 0))
		while ((line = line_read(&session)) && *line == ' ')
			fn(line + 1, arg);
	close(session.fd);
}

struct kind {
	char text[64];
	bool found;
};

/* Takes the kind from the first line of `show`: "kind slirp", "mode hub". */
static void kind_take(const char *line, void *arg)
{
	const char *blank = strchr(line, ' ');
	struct kind *kind = arg;

	if (!kind->found && blank)
		snprintf(kind->text, sizeof(kind->text), "%s", blank + 1);
	kind->found = true;
}

static void folder_look(const char *base, const char *name,
			void (*fn)(const struct client_target *target, void *arg), void *arg)
{
	char *folder = txt_printf("%s/%s", base, name);
	struct kind kind = { .text = "?" };

	client_each_line(name, "show", kind_take, &kind);
	/* A folder that does not answer was left behind by a process that was killed. */
	if (kind.found)
		fn(&(struct client_target) { .name = name, .folder = folder, .kind = kind.text },
		   arg);
	free(folder);
}

int client_each(void (*fn)(const struct client_target *target, void *arg), void *arg)
{
	char base[PLACE_SIZE];
	struct dirent **entries;
	int nr, error = place_base(base, sizeof(base), false);

	if (error)
		return error == -ENOENT ? 0 : error;
	nr = scandir(base, &entries, NULL, alphasort);
	if (nr < 0)
		return -errno;
	for (int i = 0; i < nr; i++) {
		if (*entries[i]->d_name != '.')
			folder_look(base, entries[i]->d_name, fn, arg);
		free(entries[i]);
	}
	free(entries);
	return 0;
}
