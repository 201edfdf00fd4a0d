// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_capture.c - claims about what passes a network while a command runs
 *
 * `umlab capture` writes a file meanwhile; afterwards tshark tells which of its packets
 * match. Called by check_run.c for each try of a claim.
 */
#include "check/check_capture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/check.h"
#include "base/files.h"
#include "base/run.h"
#include "base/where.h"

enum { HEADER_SIZE = 24, TRIES = 100, LATE_MS = 500 };

bool capture_possible(void)
{
	const char *command[] = { "tshark", "--version", NULL };
	char *reason;

	return !run_quietly(command, &reason);
}

bool capture_begin(struct capture *capture, const struct lab *lab, const char *what)
{
	capture->file = txt_printf("%s/check-%d.pcap", where_runtime(), getpid());
	unlink(capture->file);
	capture->pid = fork();
	if (!capture->pid) {
		/* One of them ends the capture. */
		check_signals_hold(false);
		execl(where_self(), "umlab", "capture", "--directory", lab->dir, "--write", capture->file, what, NULL);
		_exit(127);
	}
	/* From the first byte on it sees everything. */
	for (int tries = 0; tries < TRIES; tries++) {
		size_t size = 0;
		char *text;

		if (!file_read(capture->file, &text, &size))
			free(text);
		if (size >= HEADER_SIZE)
			return true;
		if (waitpid(capture->pid, NULL, WNOHANG))
			return false;
		usleep(50000);
	}
	kill(capture->pid, SIGINT);
	waitpid(capture->pid, NULL, 0);
	return false;
}

void capture_end(struct capture *capture)
{
	/* What was sent last is still under way. */
	usleep(LATE_MS * 1000);
	kill(capture->pid, SIGINT);
	waitpid(capture->pid, NULL, 0);
}

int capture_count(const struct capture *capture, const char *filter)
{
	const char *command[] = { "tshark", "-n", "-r", capture->file, "-Y", filter, "-T", "fields", "-e", "frame.number", NULL };
	char *output = run_output(command);
	int nr = 0;

	if (!output)
		return -1;
	for (char *at = output; *at; at++)
		nr += *at == '\n';
	free(output);
	return nr;
}

void capture_forget(struct capture *capture)
{
	unlink(capture->file);
	free(capture->file);
}
