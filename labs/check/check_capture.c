// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_capture.c - capture packets while a command runs, and count those that match
 *
 * Called by check_run.c for each try of a claim about packets. `umlab capture` writes a file while
 * the command runs; then tshark counts the packets in the file that match.
 */
#include "check/check_capture.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/spawn.h"
#include "base/timing.h"
#include "base/txt.h"
#include "base/where.h"
#include "check/check_signals.h"

enum {
	HEADER_SIZE = 24,	/* bytes; the header is written when the capture starts */
	START_SECONDS = 5,
	FILE_MAX = 64 << 20,	/* bytes; the machines decide how much they send */
	LATE_MS = 500,		/* packets may still be under way when the command has ended */
};

bool check_capture_possible(void)
{
	const char *command[] = { "tshark", "--version", NULL };
	char *reason;

	return !spawn_quietly(command, &reason);
}

static bool header_written(const char *path)
{
	struct stat status;

	return !stat(path, &status) && status.st_size >= HEADER_SIZE;
}

/* Waits until the file's header has been written. False: the capture ended or took too long. */
static bool header_wait(const char *path, int notify_fd, pid_t pid)
{
	int pidfd = pidfd_open(pid, 0);
	struct pollfd polled[] = {
		{ .fd = notify_fd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	double deadline = timing_deadline(START_SECONDS);
	char events[4096];
	int wait_ms;

	while (!header_written(path) && (wait_ms = timing_poll_ms(deadline))) {
		if (poll(polled, 2, wait_ms) < 0)
			continue;
		if (polled[0].revents)
			(void)!read(notify_fd, events, sizeof(events));
		if (polled[1].revents)
			break;
	}
	if (pidfd >= 0)
		close(pidfd);
	return header_written(path);
}

static void capture_kill(struct check_capture *capture)
{
	kill(capture->pid, SIGINT);
	waitpid(capture->pid, NULL, 0);
}

/* Returns the size of the file, or -1 if the file does not exist. */
static off_t file_size(const struct check_capture *capture)
{
	struct stat status;

	return stat(capture->file, &status) ? -1 : status.st_size;
}

bool check_capture_begin(struct check_capture *capture, const struct lab *lab, const char *what)
{
	int notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool begun = false;

	capture->file = txt_printf("%s/check-%d.pcap", where_runtime(), getpid());
	unlink(capture->file);
	if (notify_fd < 0 ||
	    inotify_add_watch(notify_fd, where_runtime(), IN_CREATE | IN_MODIFY) < 0)
		goto out_notify;
	capture->pid = fork();
	if (!capture->pid) {
		/* SIGINT ends the capture, so unblock the signal. */
		check_signals_hold(false);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ FILE_MAX, FILE_MAX });
		execl(where_self(), "umlab", "capture", "--directory", lab->dir, "--write",
		      capture->file, what, NULL);
		_exit(127);
	}
	if (capture->pid > 0) {
		begun = header_wait(capture->file, notify_fd, capture->pid);
		if (!begun)
			capture_kill(capture);
	}
out_notify:
	if (notify_fd >= 0)
		close(notify_fd);
	if (!begun)
		check_capture_forget(capture);
	return begun;
}

bool check_capture_end(struct check_capture *capture)
{
	siginfo_t info = { 0 };
	bool ended;

	poll(NULL, 0, LATE_MS);
	ended = waitid(P_PID, capture->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
	capture_kill(capture);
	return !ended && file_size(capture) >= 0 && file_size(capture) < FILE_MAX;
}

int check_capture_count(const struct check_capture *capture, const char *filter)
{
	const char *command[] = { "tshark", "-n", "-r", capture->file, "-Y", filter, "-T", "fields",
				  "-e", "frame.number", NULL };
	char *output = spawn_output(command);
	int nr = 0;

	if (!output)
		return -1;
	for (char *at = output; *at; at++)
		nr += *at == '\n';
	free(output);
	return nr;
}

void check_capture_forget(struct check_capture *capture)
{
	unlink(capture->file);
	free(capture->file);
	capture->file = NULL;
}
