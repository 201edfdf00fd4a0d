/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * client.h - talk to a running switch, uplink or machine
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/status.h"
#include "base/txt.h"

/*
 * Sends a command to the switch or uplink @target and prints the answer. @name is the name of the
 * command, and the arguments are @words from number @first on. If @output_fd >= 0, everything that
 * follows the answer is then copied to @output_fd, until either side ends.
 */
enum status client_command(const char *target, const char *name, const struct words *words,
			   int first, int output_fd);

/* Sends the words from @first on as a command to the socket @path (netctl=); prints the answer. */
enum status client_machine(const char *path, const struct words *words, int first);

/* A switch or an uplink in the user's folder. */
struct client_target {
	const char *name, *folder;
	const char *kind;		/* "switch", "hub", "slirp", "vde" */
};

/* Calls @fn for each switch and uplink that answers, sorted by name. 0 or -errno. */
int client_each(void (*fn)(const struct client_target *target, void *arg), void *arg);

/* Calls @fn for each line with which @target answers the command @name. */
void client_each_line(const char *target, const char *name,
		      void (*fn)(const char *line, void *arg), void *arg);

#endif /* CLIENT_H */
