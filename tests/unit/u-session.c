// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-session.c - test the command's sessions against a hostile keeper (labs/machine/session.c)
 *
 * The test plays the keeper, which passes on what a hostile agent sends.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/files.h"
#include "base/timing.h"
#include "link/agentwire.h"
#include "machine/session.h"
#include "scratch.h"

static struct machine machine = { .id = "pc", .name = "pc", .dir = "/nowhere",
				  .run_dir = "/nowhere" };
static char sent[8 << 20];
static size_t sent_size;
static char *output;		/* kept by the session */
static char *errors;		/* printed by the session */

static void frame(int type, const void *data, size_t size)
{
	struct agent_header header = { AGENT_MAGIC, type, 0, size };

	memcpy(sent + sent_size, &header, sizeof(header));
	if (size)
		memcpy(sent + sent_size + sizeof(header), data, size);
	sent_size += sizeof(header) + size;
}

/* The keeper's process: sends everything, ignores the window, and reads what comes. */
static void keeper_run(int fd, bool keeps_open)
{
	size_t done = 0;
	ssize_t size;
	char data[65536];

	while (done < sent_size) {
		size = send(fd, sent + done, sent_size - done, MSG_NOSIGNAL | MSG_DONTWAIT);
		done += size > 0 ? size : 0;
		if (size < 0 && errno != EAGAIN)
			break;
		while (recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
			;
	}
	if (keeps_open)
		while (recv(fd, data, sizeof(data), 0) > 0)
			;
	_exit(0);
}

static int session(bool keeps_output, bool keeps_open, double seconds)
{
	struct words command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1, .out_fd = -1,
					   .err_fd = -1 };
	size_t size;
	FILE *kept = keeps_output ? open_memstream(&output, &size) : NULL;
	int fds[2], status, saved = dup(STDERR_FILENO);
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		bail("socketpair");
	pid = fork();
	if (!pid) {
		close(fds[0]);
		keeper_run(fds[1], keeps_open);
	}
	close(fds[1]);
	fd_set_nonblock(fds[0], true);
	words_add(&command, "true");
	if (!freopen("errors", "w", stderr))
		bail("freopen");
	status = session_serve(&machine, &request, fds[0], timing_deadline(seconds), kept);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	if (kept)
		fclose(kept);
	waitpid(pid, NULL, 0);
	sent_size = 0;
	if (file_read("errors", &errors, &size))
		bail("errors");
	return status;
}

static void results(void)
{
	int status = 3 << 8;

	frame(AGENT_OUTPUT, "out\n", 4);
	frame(AGENT_EXIT, &status, sizeof(status));
	ok(session(true, true, 20) == 3 && !strcmp(output, "out\n"),
	   "a program's output and status arrive");
	frame(AGENT_REFUSED, "127 no such program", 19);
	ok(session(false, true, 20) == 127 && strstr(errors, "no such program"),
	   "a refusal is printed");
	frame(AGENT_REFUSED, NULL, 0);
	ok(session(false, true, 20) == 125 && strlen(errors) < 100,
	   "an empty refusal prints no memory");
	frame(AGENT_REFUSED, "1", 1);
	ok(session(false, true, 20) == 125 && strlen(errors) < 100,
	   "a refusal of one byte prints no memory");
	frame(AGENT_REFUSED, "125 \033]0;x\a\xff\u202e\nforged", 22);
	ok(session(false, true, 20) == 125 && !strpbrk(errors, "\033\a\xff") &&
	   !strstr(errors, "\nforged"), "a refusal prints no control characters");
	frame(AGENT_REFUSED, "0 all is well", 13);
	ok(session(true, true, 20) == 125, "a refusal cannot be a success");
	frame(AGENT_EXIT, "\0", 1);
	ok(session(true, true, 20) == 125 && strstr(output, "exit status"),
	   "an exit status of one byte gives no result, and the output says so");
	ok(session(true, false, 20) == 125 && strstr(output, "keeper"),
	   "a keeper that ends gives no result, and the output says so");
	ok(session(true, true, 0.2) == 124 && strstr(output, "in time"),
	   "a program that does not end gives no result, and the output says so");
	frame(AGENT_OUTPUT, "a\0b", 3);
	frame(AGENT_EXIT, (int []){ 0 }, sizeof(int));
	ok(session(true, true, 20) == 0 && !strcmp(output, "a\ufffdb"),
	   "a NUL does not hide the output after it");
	frame(AGENT_STATE, "ready", 5);
	ok(session(true, true, 20) == 125, "a frame that does not belong to a session ends it");
	frame(AGENT_CREDIT, "\xff\xff\xff\xff", 4);
	ok(session(true, true, 20) == 125, "credit without input ends a session");
}

static void floods(void)
{
	static char data[AGENT_PAYLOAD_MAX];
	struct rusage before, after;

	memset(data, 'x', sizeof(data));
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 400; i++)
		frame(AGENT_OUTPUT, data, sizeof(data));
	frame(AGENT_EXIT, (int []){ 0 }, sizeof(int));
	ok(session(true, true, 60) == 125 && strstr(output, "does not count"),
	   "output beyond the limit gives no result, and says so");
	ok(strlen(output) < 2 << 20, "the kept output has a limit");
	for (int i = 0; i < 100000; i++)
		frame(AGENT_ERRORS, NULL, 0);
	ok(session(true, true, 60) == 125, "a flood of empty frames ends a session");
	getrusage(RUSAGE_SELF, &after);
	ok(after.ru_maxrss - before.ru_maxrss < 64 << 10, "floods cost little memory (%ld KB)",
	   after.ru_maxrss - before.ru_maxrss);
	for (size_t i = 0; i < 1 << 20; i++)
		sent[i] = i * 7919 >> 5;
	sent_size = 1 << 20;
	ok(session(true, false, 60) >= 124, "random bytes give no result");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	results();
	floods();
	return tap_done();
}
