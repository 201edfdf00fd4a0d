/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - let the command run programs in a guest, or show the guest's console
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdio.h>

#include "machine/machine.h"

struct session_request {
	const struct words *command;	/* empty: a login shell */
	struct words env;		/* NAME=value */
	const char *user, *cwd;
	bool pty;			/* give the program a terminal, and make ours raw */
	bool no_output, no_errors;	/* drop what the program prints */
	bool clean;			/* print it without control sequences: people read it */
	int in_fd, out_fd, err_fd;	/* -1: none */
};

/*
 * Runs a program and returns its exit status, or 128 + the signal that ended it. If the program
 * cannot be started, prints why and returns 125 to 127.
 */
int session_run(const struct machine *machine, const struct session_request *request);

/*
 * Runs a shell command and keeps what it prints to standard output and error. Returns the status
 * like session_run(), but prints nothing: 124 after @seconds, and 125 if the output is larger than
 * 1 MB or the guest's agent broke the rules. Then *output ends with a line that says why. *output
 * is never NULL, and a NUL in it is replaced.
 */
int session_capture(const struct machine *machine, const char *command, double seconds,
		    char **output);

/*
 * Serves a session over @fd, a non-blocking connection to the keeper; -errno: there is none, and
 * the session only says why. @deadline is one of timing_poll_ms(). @kept receives what the program
 * prints, NULL: it goes to the descriptors of @request. Used by the functions above and by tests.
 */
int session_serve(const struct machine *machine, const struct session_request *request, int fd,
		  double deadline, FILE *kept);

/* Adds to @env the variables from the machine's settings, and TERM of this process. */
void session_env(const struct machine *machine, struct words *env);

/* Shows the console on this terminal until the key with code @key is typed. 0 or -errno. */
int session_console(const struct machine *machine, int key);

#endif
