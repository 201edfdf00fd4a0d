/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - programs in a guest, and its console, from the command's side
 */
#ifndef SESSION_H
#define SESSION_H

#include "machine/machine.h"

struct session_request {
	const struct words *command;	/* empty: a login shell */
	struct words env;		/* NAME=value */
	const char *user, *cwd;
	bool pty;			/* with the terminal of standard input */
	bool no_output, no_errors;	/* thrown away */
	int in_fd, out_fd, err_fd;	/* -1: none */
};

/*
 * Runs a program; returns its exit status (128 + signal), 125 to 127 where it could not be
 * started (a line on standard error says why).
 */
int session_run(const struct machine *machine, const struct session_request *request);

/*
 * Runs a shell command and keeps what it prints, on both outputs. Status as above, 124
 * when it takes longer than @seconds. *output is never NULL.
 */
int session_capture(const struct machine *machine, const char *command, double seconds, char **output);

/* Variables that the lab gives its programs, and the terminal's name. */
void session_env(const struct machine *machine, struct words *env);

/* The console on this terminal, until the detach key. @key is its code. 0 or -errno. */
int session_console(const struct machine *machine, int key);
/* "^]" or "ctrl-]" or "q": a key's code, or -1. */
int session_key_parse(const char *text);

#endif
