// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_machine.c - umlab-disk machine: disks of a running machine, by its diskctl= socket
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "tool.h"

int tool_machine(int argc, char **argv, const struct tool_options *options)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[4608] = "";
	FILE *peer;
	int fd, ret = TOOL_NO;

	for (int i = 1; i < argc; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", i > 1 ? " " : "", argv[i]);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", argv[0]);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		tool_warn("%s: %s: is there a machine with diskctl=%s?", argv[0],
			  errno == ECONNREFUSED ? "nobody listens" : cow_reason(-errno), argv[0]);
		return TOOL_NO;
	}
	peer = fdopen(fd, "r+");
	if (!peer)
		tool_die("out of memory");
	fprintf(peer, "%s\n", line);
	fflush(peer);
	while (fgets(line, sizeof(line), peer)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "ok")) {
			ret = TOOL_OK;
			break;
		}
		if (!strncmp(line, "error: ", 7)) {
			tool_warn("%s", line + 7);
			break;
		}
		puts(line);
	}
	fclose(peer);
	return ret;
}
