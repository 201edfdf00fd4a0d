// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - let the command run programs in a guest, or show the guest's console
 *
 * Called by the verbs exec, connect, cp and console, and by checks. Each session is one connection
 * to the machine's keeper (agentwire.h). Input is read only while there is credit for it, and
 * output is acknowledged once it is written, so the faster side waits for the slower one.
 * Sessions and consoles carry the bytes of a guest unchanged; reasons are cleaned (agentflow.c).
 * The keeper passes on what the guest's agent sends, so each frame is checked here again, and
 * kept output is limited. The caller's terminal is raw during a session (rawterm.c).
 */
#include "machine/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/rawterm.h"
#include "base/tell.h"
#include "base/timing.h"
#include "link/agentflow.h"
#include "link/agentlink.h"
#include "machine/machine_connect.h"
#include "machine/machine_wait.h"

enum {
	BOOT_SECONDS = 60,
	STATUS_BROKEN = 125,		/* the program could not be run, or its result is unknown */
	KEPT_MAX = 1 << 20,		/* bytes of output that session_capture() keeps */
	QUEUED_MAX = 65536,		/* input is not read while so much waits for the keeper */
	LINK_MAX = 4 * AGENT_WINDOW,	/* bytes queued for the keeper, of all kinds */
};

/* ---- a session --------------------------------------------------------------------- */

struct session {
	struct agentlink link;
	const struct session_request *request;
	int in_fd, signal_fd;
	struct agentflow flow;
	bool ended;
	int status;
	/* Set by session_capture() only. */
	FILE *kept;
	size_t kept_size;
	/* If the request says @clean. */
	struct clean_stream streams[2];
	double deadline;	/* see timing_poll_ms() */
};

void session_env(const struct machine *machine, struct words *env)
{
	const char *value;

	for (int at = -1; (value = conf_next(&machine->conf, "env", &at));)
		words_add(env, value);
	if (getenv("TERM"))
		words_addf(env, "TERM=%s", getenv("TERM"));
}

/* Sends "arg=ls\0arg=-l\0env=...", where each word ends with a NUL. -E2BIG: too many words. */
static int request_send(struct session *session, const struct machine *machine)
{
	const struct session_request *request = session->request;
	const char *shell = conf_get(&machine->conf, "shell");
	struct words words = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; request->command && i < request->command->nr; i++)
		words_addf(&words, "arg=%s", request->command->at[i]);
	if (!words.nr && shell)
		words_addf(&words, "arg=%s", shell);
	for (int i = 0; i < request->env.nr; i++)
		words_addf(&words, "env=%s", request->env.at[i]);
	if (request->cwd)
		words_addf(&words, "cwd=%s", request->cwd);
	if (request->user)
		words_addf(&words, "user=%s", request->user);
	if (request->pty) {
		words_add(&words, "pty=1");
		words_add(&words, rawterm_size(session->in_fd, "rows=%d"));
		words_add(&words, strchr(rawterm_size(session->in_fd, "%d columns=%d"), ' ') + 1);
	}
	for (int i = 0; i < words.nr; i++)
		fwrite(words.at[i], strlen(words.at[i]) + 1, 1, out);
	fclose(out);
	if (size <= AGENT_PAYLOAD_MAX)
		agentlink_send(&session->link, AGENT_OPEN, 0, text, size);
	free(text);
	words_release(&words);
	return size <= AGENT_PAYLOAD_MAX ? 0 : -E2BIG;
}

/* Ends the session without a result, and tells why. */
static void session_break(struct session *session, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void session_break(struct session *session, int status, const char *fmt, ...)
{
	char *reason;
	va_list args;

	if (session->ended)
		return;
	va_start(args, fmt);
	if (vasprintf(&reason, fmt, args) < 0)
		txt_no_memory();
	va_end(args);
	session->status = status;
	session->ended = true;
	rawterm_leave();
	if (session->kept)
		fprintf(session->kept, "%s%s\n", session->kept_size ? "\n" : "", reason);
	else
		tell_error("%s", reason);
	free(reason);
}

/* Keeps output for session_capture(), whose result is text; U+FFFD stands for a NUL. */
static void output_keep(struct session *session, const char *payload, size_t size)
{
	size_t room = KEPT_MAX - session->kept_size;

	for (size_t i = 0; i < size && i < room; i++)
		if (payload[i])
			fputc(payload[i], session->kept);
		else
			fputs("\xef\xbf\xbd", session->kept);
	session->kept_size += size < room ? size : room;
	if (size > room)
		session_break(session, STATUS_BROKEN,
			      _("the output is larger than %d KB, so it does not count"),
			      KEPT_MAX >> 10);
}

static void output_print(struct session *session, int fd, const char *payload, size_t size)
{
	bool errors = fd == session->request->err_fd;
	FILE *out = errors ? stderr : stdout;

	clean_stream_print(&session->streams[errors], payload, size, out);
	fflush(out);
}

static void output_write(struct session *session, int fd, bool drop, const char *payload,
			 size_t size)
{
	uint32_t credit = size, given;
	struct agent_header header = { AGENT_MAGIC, AGENT_CREDIT, 0, sizeof(credit) };

	if (!size)
		return;
	if (session->kept)
		output_keep(session, payload, size);
	else if (session->request->clean && !drop && fd >= 0)
		output_print(session, fd, payload, size);
	else if (!drop && fd >= 0 && fd_write_all(fd, payload, size)) {
		/* The reader of our output is gone. On the host, SIGPIPE would end the program. */
		session->status = 128 + SIGPIPE;
		session->ended = true;
	}
	agentflow_client(&session->flow, &header, (const char *)&credit, &given);
	agentlink_send(&session->link, AGENT_CREDIT, 0, &credit, sizeof(credit));
}

static void session_frame(struct session *session, const struct agent_header *header,
			  const char *payload)
{
	const struct session_request *request = session->request;
	const char *wrong = agentflow_agent(&session->flow, header, payload);
	char reason[AGENT_REASON_MAX];
	int status;

	if (wrong) {
		session_break(session, STATUS_BROKEN, _("the machine's agent sent %s"), wrong);
		return;
	}
	switch (header->type) {
	case AGENT_OUTPUT:
		output_write(session, request->out_fd, request->no_output, payload, header->size);
		break;
	case AGENT_ERRORS:
		output_write(session, request->err_fd, request->no_errors, payload, header->size);
		break;
	case AGENT_EXIT:
		session->status = agentflow_exit(header, payload);
		session->ended = true;
		break;
	case AGENT_REFUSED:
		status = agentflow_refusal(header, payload, reason);
		session_break(session, status, "%s", reason);
		break;
	}
}

static void link_take(struct session *session)
{
	struct agent_header header;
	const char *payload;
	ssize_t size = agentlink_receive(&session->link);

	if (size == -EAGAIN)
		return;
	while (!session->ended && agentlink_next(&session->link, &header, &payload))
		session_frame(session, &header, payload);
	if (size <= 0)
		session_break(session, STATUS_BROKEN,
			      _("the machine's keeper has ended; try again, because the machine "
				"may still run"));
}

static void input_take(struct session *session)
{
	char data[AGENT_PAYLOAD_MAX];
	bool limited = session->flow.input_left < (int64_t)sizeof(data);
	ssize_t size = fd_read(session->in_fd, data,
			       limited ? (size_t)session->flow.input_left : sizeof(data));

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		agentlink_send(&session->link, AGENT_INPUT, 0, NULL, 0);
		session->in_fd = -1;
		return;
	}
	session->flow.input_left -= size;
	agentlink_send(&session->link, AGENT_INPUT, 0, data, size);
}

static void signal_take(struct session *session)
{
	struct signalfd_siginfo info;
	uint32_t number;
	char *size;

	if (read(session->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (agentlink_pending(&session->link) > QUEUED_MAX)
		return;
	if (info.ssi_signo == SIGWINCH) {
		size = rawterm_size(STDIN_FILENO, "%d %d");
		agentlink_send(&session->link, AGENT_RESIZE, 0, size, strlen(size));
		free(size);
		return;
	}
	number = info.ssi_signo;
	agentlink_send(&session->link, AGENT_SIGNAL, 0, &number, sizeof(number));
}

static bool may_input(const struct session *session)
{
	return session->flow.input_left > 0 && agentlink_pending(&session->link) < QUEUED_MAX;
}

static void session_loop(struct session *session)
{
	while (!session->ended) {
		struct pollfd polled[3];
		int timeout = timing_poll_ms(session->deadline);

		agentlink_flush(&session->link);
		polled[0] = (struct pollfd){ .fd = session->link.fd,
			.events = POLLIN | (agentlink_pending(&session->link) ? POLLOUT : 0) };
		polled[1] = (struct pollfd){ .events = POLLIN,
			.fd = may_input(session) ? session->in_fd : -1 };
		polled[2] = (struct pollfd){ .fd = session->signal_fd, .events = POLLIN };
		if (session->link.failed)
			session_break(session, STATUS_BROKEN,
				      _("the machine's keeper does not read"));
		if (!timeout)
			session_break(session, STATUS_TIMEOUT, _("no result arrived in time"));
		if (session->ended)
			return;
		if (poll(polled, 3, timeout) < 0)
			continue;
		if (polled[2].revents)
			signal_take(session);
		if (polled[1].revents)
			input_take(session);
		if (polled[0].revents)
			link_take(session);
	}
}

/* Opens a descriptor for the signals that are passed on to the program in the guest. */
static int signals_open(bool pty)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGWINCH);
	if (!pty) {
		sigaddset(&wanted, SIGINT);
		sigaddset(&wanted, SIGTERM);
		sigaddset(&wanted, SIGQUIT);
	}
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void signals_close(int fd)
{
	sigset_t all;

	close(fd);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

/* Waits until the machine's agent answers, and connects to the keeper. A descriptor or -errno. */
static int keeper_connect(const struct machine *machine)
{
	int fd;

	if (!machine_wait(machine, machine_has_booted, BOOT_SECONDS))
		return -ETIMEDOUT;
	fd = machine_connect(machine);
	if (fd >= 0)
		fd_set_nonblock(fd, true);
	return fd;
}

/* Sends the request over the connection @fd, which from now on belongs to the session. */
static int session_begin(struct session *session, const struct machine *machine, int fd)
{
	int error;

	agentlink_init(&session->link, fd, LINK_MAX);
	agentflow_init(&session->flow);
	error = request_send(session, machine);
	if (error)
		agentlink_release(&session->link);
	else if (session->in_fd < 0)
		agentlink_send(&session->link, AGENT_INPUT, 0, NULL, 0);
	return error;
}

static void open_failed(struct session *session, const struct machine *machine, int error)
{
	if (error == -ENOTCONN)
		session_break(session, STATUS_BROKEN, _("%s does not run; 'umlab start %s' starts "
							"it"), machine->name, machine->id);
	else if (error == -ETIMEDOUT)
		session_break(session, STATUS_BROKEN,
			      _("%s has not booted after %d s; 'umlab console %s' shows where it "
				"is"), machine->name, BOOT_SECONDS, machine->id);
	else if (error == -E2BIG)
		session_break(session, STATUS_BROKEN, _("%s: the command line is too long for a "
							"guest; it may have %d bytes"),
			      machine->name, AGENT_PAYLOAD_MAX);
	else
		session_break(session, STATUS_BROKEN, _("%s: cannot connect: %s"), machine->name,
			      strerror(-error));
}

int session_serve(const struct machine *machine, const struct session_request *request, int fd,
		  double deadline, FILE *kept)
{
	struct session session = { .request = request, .in_fd = request->in_fd, .signal_fd = -1,
		.deadline = deadline, .kept = kept };
	int error = fd < 0 ? fd : session_begin(&session, machine, fd);

	if (error) {
		open_failed(&session, machine, error);
		return session.status;
	}
	if (!kept) {
		signal(SIGPIPE, SIG_IGN);
		session.signal_fd = signals_open(request->pty);
		if (request->pty)
			rawterm_enter(request->in_fd);
	}
	session_loop(&session);
	rawterm_leave();
	if (!kept)
		signals_close(session.signal_fd);
	agentlink_release(&session.link);
	return session.status;
}

int session_run(const struct machine *machine, const struct session_request *request)
{
	return session_serve(machine, request, keeper_connect(machine), TIMING_NEVER, NULL);
}

int session_capture(const struct machine *machine, const char *command, double seconds,
		    char **output)
{
	struct session_request request = { .in_fd = -1, .out_fd = -1, .err_fd = -1 };
	double deadline = timing_deadline(seconds);
	struct words words = { 0 };
	size_t size;
	FILE *kept;
	int status;

	words_add(&words, "/bin/sh");
	words_add(&words, "-c");
	words_add(&words, command);
	request.command = &words;
	*output = NULL;
	kept = txt_checked(open_memstream(output, &size));
	status = session_serve(machine, &request, keeper_connect(machine), deadline, kept);
	fclose(kept);
	words_release(&words);
	return status;
}

/* ---- console ----------------------------------------------------------------------- */

/*
 * Sends typed input to the console. False: the detach key was typed, or the terminal is gone. If
 * the guest does not read, what a terminal sends is dropped, but the detach key still works.
 */
static bool console_input(struct agentlink *link, int key, int *in_fd)
{
	char data[1024], *at;
	ssize_t size = fd_read(*in_fd, data, sizeof(data));

	if (size == -EAGAIN)
		return true;
	if (size <= 0) {
		/* A script's input ends early; go on showing the console's output. */
		*in_fd = -1;
		return isatty(STDIN_FILENO) == 0;
	}
	at = key >= 0 ? memchr(data, key, size) : NULL;
	if (agentlink_pending(link) < QUEUED_MAX && at != data)
		agentlink_send(link, AGENT_INPUT, 0, data, at ? at - data : size);
	return !at;
}

int session_console(const struct machine *machine, int key)
{
	int fd = machine_connect(machine), in_fd = STDIN_FILENO, signal_fd;
	struct agent_header header;
	struct agentlink link;
	const char *payload;
	bool going = true, typed = isatty(STDIN_FILENO);
	char *size;

	if (fd < 0)
		return fd;
	fd_set_nonblock(fd, true);
	agentlink_init(&link, fd, LINK_MAX);
	agentlink_send(&link, AGENT_ATTACH, 0, NULL, 0);
	size = rawterm_size(STDIN_FILENO, "%d %d");
	if (typed) {
		agentlink_send(&link, AGENT_RESIZE, 0, size, strlen(size));
		rawterm_enter(STDIN_FILENO);
	}
	signal_fd = signals_open(true);
	while (going) {
		struct pollfd polled[3] = {
			{ .fd = link.fd,
			  .events = POLLIN | (agentlink_pending(&link) ? POLLOUT : 0) },
			{ .fd = typed || agentlink_pending(&link) < QUEUED_MAX ? in_fd : -1,
			  .events = POLLIN },
			{ .fd = signal_fd, .events = POLLIN },
		};
		struct session session = { .link = link, .signal_fd = signal_fd };

		if (poll(polled, 3, -1) < 0)
			continue;
		if (polled[2].revents) {
			signal_take(&session);
			link = session.link;
		}
		if (polled[1].revents)
			going = console_input(&link, key, &in_fd);
		if (polled[0].revents & (POLLIN | POLLHUP)) {
			ssize_t got = agentlink_receive(&link);

			if (got <= 0 && got != -EAGAIN)
				break;
			while (agentlink_next(&link, &header, &payload))
				if (header.type == AGENT_OUTPUT &&
				    fd_write_all(STDOUT_FILENO, payload, header.size))
					going = false;
		}
		agentlink_flush(&link);
	}
	rawterm_leave();
	signals_close(signal_fd);
	agentlink_release(&link);
	return 0;
}
