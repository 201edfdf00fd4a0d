// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - let the command run programs in a guest, or show the guest's console
 *
 * Called by the verbs exec, connect, cp and console, and by checks. Each session is one connection
 * to the machine's keeper (agentwire.h). Input is read only while there is credit for it, and
 * output is acknowledged once it is written, so each side waits for a slower one. The caller's
 * terminal is raw during a session; a function registered with atexit() restores it.
 */
#include "machine/session.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/timing.h"
#include "link/agentlink.h"
#include "machine/machine_connect.h"
#include "machine/machine_wait.h"

enum { BOOT_SECONDS = 60 };

/* ---- the caller's terminal --------------------------------------------------------- */

static struct termios terminal_before;
static int terminal_fd = -1;

static void terminal_restore(void)
{
	if (terminal_fd >= 0)
		tcsetattr(terminal_fd, TCSADRAIN, &terminal_before);
	terminal_fd = -1;
}

static void terminal_raw(int fd)
{
	static bool registered;
	struct termios mode;

	if (tcgetattr(fd, &terminal_before))
		return;
	if (!registered)
		atexit(terminal_restore);
	registered = true;
	terminal_fd = fd;
	mode = terminal_before;
	cfmakeraw(&mode);
	tcsetattr(fd, TCSADRAIN, &mode);
}

static char *terminal_size(int fd, const char *format)
{
	struct winsize window = { 24, 80, 0, 0 };

	ioctl(fd, TIOCGWINSZ, &window);
	return txt_printf(format, window.ws_row ? window.ws_row : 24,
			  window.ws_col ? window.ws_col : 80);
}

/* ---- a session --------------------------------------------------------------------- */

struct session {
	struct agentlink link;
	const struct session_request *request;
	int in_fd, signal_fd;
	int64_t credit;		/* bytes of input that may still be sent */
	bool ended;
	int status;
	/* Set by session_capture() only. */
	FILE *kept;
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
		words_add(&words, terminal_size(session->in_fd, "rows=%d"));
		words_add(&words, strchr(terminal_size(session->in_fd, "%d columns=%d"), ' ') + 1);
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

static void output_write(struct session *session, int fd, bool drop, const char *payload,
			 size_t size)
{
	uint32_t credit = size;

	if (!size)
		return;
	if (session->kept)
		fwrite(payload, 1, size, session->kept);
	else if (!drop && fd >= 0 && fd_write_all(fd, payload, size)) {
		/* The reader of our output is gone. On the host, SIGPIPE would end the program. */
		session->status = 128 + SIGPIPE;
		session->ended = true;
	}
	agentlink_send(&session->link, AGENT_CREDIT, 0, &credit, sizeof(credit));
}

static void session_frame(struct session *session, const struct agent_header *header,
			  const char *payload)
{
	const struct session_request *request = session->request;
	uint32_t credit;
	int status;

	switch (header->type) {
	case AGENT_OUTPUT:
		output_write(session, request->out_fd, request->no_output, payload, header->size);
		break;
	case AGENT_ERRORS:
		output_write(session, request->err_fd, request->no_errors, payload, header->size);
		break;
	case AGENT_CREDIT:
		if (header->size == sizeof(credit)) {
			memcpy(&credit, payload, sizeof(credit));
			session->credit += credit;
		}
		break;
	case AGENT_EXIT:
		memcpy(&status, payload, sizeof(status));
		session->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		session->ended = true;
		break;
	case AGENT_REFUSED:
		terminal_restore();
		session->status = atoi(payload);
		if (!session->kept)
			tell_error("%.*s", (int)header->size - 4, payload + 4);
		session->ended = true;
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
	if (size <= 0) {
		terminal_restore();
		if (!session->kept)
			tell_error(_("the machine's keeper has ended; try again, because the "
				     "machine may still run"));
		session->status = 125;
		session->ended = true;
	}
	while (!session->ended && agentlink_next(&session->link, &header, &payload))
		session_frame(session, &header, payload);
}

static void input_take(struct session *session)
{
	char data[AGENT_PAYLOAD_MAX];
	bool limited = session->credit < (int64_t)sizeof(data);
	ssize_t size = fd_read(session->in_fd, data,
			       limited ? (size_t)session->credit : sizeof(data));

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		agentlink_send(&session->link, AGENT_INPUT, 0, NULL, 0);
		session->in_fd = -1;
		return;
	}
	session->credit -= size;
	agentlink_send(&session->link, AGENT_INPUT, 0, data, size);
}

static void signal_take(struct session *session)
{
	struct signalfd_siginfo info;
	uint32_t number;
	char *size;

	if (read(session->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		size = terminal_size(STDIN_FILENO, "%d %d");
		agentlink_send(&session->link, AGENT_RESIZE, 0, size, strlen(size));
		return;
	}
	number = info.ssi_signo;
	agentlink_send(&session->link, AGENT_SIGNAL, 0, &number, sizeof(number));
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
			.fd = session->credit > 0 ? session->in_fd : -1 };
		polled[2] = (struct pollfd){ .fd = session->signal_fd, .events = POLLIN };
		if (!timeout) {
			session->status = STATUS_TIMEOUT;
			return;
		}
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

/* Waits until the machine's agent answers, connects to the keeper, and sends the request. */
static int session_open(struct session *session, const struct machine *machine)
{
	int fd, error;

	if (!machine_wait(machine, machine_has_booted, BOOT_SECONDS))
		return -ETIMEDOUT;
	fd = machine_connect(machine);
	if (fd < 0)
		return fd;
	fd_set_nonblock(fd, true);
	agentlink_init(&session->link, fd);
	session->credit = AGENT_WINDOW;
	error = request_send(session, machine);
	if (error)
		agentlink_release(&session->link);
	return error;
}

static int open_failed(const struct machine *machine, int error)
{
	if (error == -ENOTCONN)
		tell_error(_("%s does not run; 'umlab start %s' starts it"), machine->name,
			   machine->id);
	else if (error == -ETIMEDOUT)
		tell_error(_("%s has not booted after %d s; 'umlab console %s' shows where it is"),
			   machine->name, BOOT_SECONDS, machine->id);
	else if (error == -E2BIG)
		tell_error(_("%s: the command line is too long for a guest; it may have %d bytes"),
			   machine->name, AGENT_PAYLOAD_MAX);
	else
		tell_error(_("%s: cannot connect: %s"), machine->name, strerror(-error));
	return 125;
}

int session_run(const struct machine *machine, const struct session_request *request)
{
	struct session session = { .request = request, .in_fd = request->in_fd,
		.deadline = TIMING_NEVER };
	int error = session_open(&session, machine);

	if (error)
		return open_failed(machine, error);
	if (request->in_fd < 0)
		agentlink_send(&session.link, AGENT_INPUT, 0, NULL, 0);
	signal(SIGPIPE, SIG_IGN);
	session.signal_fd = signals_open(request->pty);
	if (request->pty)
		terminal_raw(request->in_fd);
	session_loop(&session);
	terminal_restore();
	signals_close(session.signal_fd);
	agentlink_release(&session.link);
	return session.status;
}

int session_capture(const struct machine *machine, const char *command, double seconds,
		    char **output)
{
	struct session_request request = { .in_fd = -1, .out_fd = -1, .err_fd = -1 };
	struct session session = { .request = &request, .in_fd = -1, .signal_fd = -1,
		.deadline = timing_deadline(seconds) };
	struct words words = { 0 };
	size_t size;
	int error;

	words_add(&words, "/bin/sh");
	words_add(&words, "-c");
	words_add(&words, command);
	request.command = &words;
	*output = NULL;
	session.kept = open_memstream(output, &size);
	error = session_open(&session, machine);
	if (error) {
		session.status = 125;
	} else {
		agentlink_send(&session.link, AGENT_INPUT, 0, NULL, 0);
		session_loop(&session);
		agentlink_release(&session.link);
	}
	fclose(session.kept);
	return session.status;
}

/* ---- console ----------------------------------------------------------------------- */

int session_key_parse(const char *text)
{
	int letter;

	if (!strncasecmp(text, "ctrl-", 5))
		text += 5;
	else if (*text == '^' && text[1])
		text++;
	else
		return text[0] && !text[1] ? text[0] : -1;
	letter = toupper((unsigned char)*text);
	return letter >= '@' && letter <= '_' && !text[1] ? letter & 0x1f : -1;
}

/* Sends typed input to the console. False: the detach key was typed, or the terminal is gone. */
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
	agentlink_send(link, AGENT_INPUT, 0, data, at ? at - data : size);
	return !at;
}

int session_console(const struct machine *machine, int key)
{
	int fd = machine_connect(machine), in_fd = STDIN_FILENO, signal_fd;
	struct agent_header header;
	struct agentlink link;
	const char *payload;
	bool going = true;
	char *size;

	if (fd < 0)
		return fd;
	fd_set_nonblock(fd, true);
	agentlink_init(&link, fd);
	agentlink_send(&link, AGENT_ATTACH, 0, NULL, 0);
	size = terminal_size(STDIN_FILENO, "%d %d");
	if (isatty(STDIN_FILENO)) {
		agentlink_send(&link, AGENT_RESIZE, 0, size, strlen(size));
		terminal_raw(STDIN_FILENO);
	}
	signal_fd = signals_open(true);
	while (going) {
		struct pollfd polled[3] = {
			{ .fd = link.fd,
			  .events = POLLIN | (agentlink_pending(&link) ? POLLOUT : 0) },
			{ .fd = in_fd, .events = POLLIN },
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
	terminal_restore();
	signals_close(signal_fd);
	agentlink_release(&link);
	return 0;
}
