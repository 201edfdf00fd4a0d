/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - let the command run programs in a guest, or show the guest's console
 */
#ifndef SESSION_H
#define SESSION_H

#include "machine/machine.h"

struct session_request {
	const struct words *command;	/* empty: a login shell */
	struct words env;		/* NAME=value */
	const char *user, *cwd;
	bool pty;			/* give the program a terminal, and make ours raw */
	bool no_output, no_errors;	/* drop what the program prints */
	int in_fd, out_fd, err_fd;	/* -1: none */
};

/*
 * Runs a program and returns its exit status, or 128 + the signal that ended it. If the program
 * cannot be started, prints why and returns 125 to 127.
 */
int session_run(const struct machine *machine, const struct session_request *request);

/*
 * Runs a shell command and keeps what it prints to standard output and error. Returns a status like
 * session_run(), or 124 after @seconds, but prints nothing. *output is never NULL.
 */
int session_capture(const struct machine *machine, const char *command, double seconds,
		    char **output);

/* Adds to @env the variables from the machine's settings, and TERM of this process. */
void session_env(const struct machine *machine, struct words *env);

/* Shows the console on this terminal until the key with code @key is typed. 0 or -errno. */
int session_console(const struct machine *machine, int key);
/* Returns the code of a key such as "^]", "ctrl-]" or "q", or -1. */
int session_key_parse(const char *text);

#endif
