// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_machine.c - umlab-disk machine: add, remove and grow the disks of a running machine
 *
 * Sends one command line to the machine's diskctl= socket and prints the answer. The other end is
 * drivers-ubd/kernel/ubd_control.c: lines of text, then "ok" or "error: reason".
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common_options.h"
#include "report.h"

static int machine_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		report_error("%s: %s; was a machine started with diskctl=%s?", path,
			     errno == ECONNREFUSED ? "nobody listens" : cow_reason(-errno), path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static enum status answer_print(FILE *peer)
{
	char line[4608];

	while (fgets(line, sizeof(line), peer)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "ok"))
			return STATUS_OK;
		if (!strncmp(line, "error: ", 7))
			return report_error("%s", line + 7);
		puts(line);
	}
	return STATUS_FAILED;
}

static enum status machine_run(const struct verb_args *args)
{
	int fd = machine_connect(args->words.at[0]);
	enum status status;
	FILE *peer;

	if (fd < 0)
		return STATUS_FAILED;
	peer = fdopen(fd, "r+");
	if (!peer) {
		close(fd);
		return report_error("out of memory");
	}
	for (int i = 1; i < args->words.nr; i++)
		fprintf(peer, "%s%s", i > 1 ? " " : "", args->words.at[i]);
	fputc('\n', peer);
	fflush(peer);
	status = answer_print(peer);
	fclose(peer);
	return status;
}

const struct verb machine_verb = {
	.name = "machine",
	.group = GROUP_OTHER,
	.usage = "SOCKET COMMAND...",
	.summary = "List, add, remove or grow the disks of a running machine",
	.help = "The machine must have been started with diskctl=SOCKET. Commands:\n"
		"  list\n"
		"  add ubdN=FILE[,BASE][,FLAG]...\n"
		"  remove ubdN\n"
		"  grow ubdN [SIZE]\n"
		"Without SIZE a raw disk takes the present size of its file.",
	.words = "file =list|=add|=remove|=grow",
	.min_words = 2,
	.max_words = 8,
	.run = machine_run,
};
