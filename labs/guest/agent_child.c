// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent_child.c - run programs in the guest for the host, one per channel
 *
 * Called by the worker's loop in agent.c. A program gets three pipes, or a terminal. Input that
 * the program cannot take yet is buffered here, at most AGENT_WINDOW bytes, because the keeper
 * sends more only when it receives credit. The program's output is read while the keeper's credit
 * lasts. When the program has ended, the rest of its output is sent, and then its status, even if
 * a daemon that the program started still has the pipes open.
 *
 * This file is longer than 500 lines because all its parts work on the table of programs.
 */
#include "guest/agent_child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "guest/agent_account.h"

struct child {
	unsigned int channel;		/* 0: free entry */
	pid_t pid;			/* 0: not started yet, or already collected */
	int in_fd, out_fd, err_fd;	/* -1: closed; on a terminal, in_fd equals out_fd */
	char *input;			/* buffered for in_fd */
	size_t input_size;
	bool input_ends;
	long credit;			/* bytes of output that we may still send */
	bool ended;			/* collected; output is still to be sent */
	uint32_t status;		/* of the ended program */
	long left;			/* bytes of its output that are sent before the status */
	char *request;			/* kept until the system is up */
	size_t request_size;
};

static struct child children[AGENT_CHANNELS];

static struct child *child_find(unsigned int channel)
{
	return channel && children[channel].channel ? &children[channel] : NULL;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void input_close(struct child *child)
{
	if (child->in_fd != child->out_fd)
		fd_close(&child->in_fd);
	else if (child->in_fd >= 0)
		/* ^D ends the input. If the terminal is full, the program does not read anyway. */
		(void)!write(child->in_fd, "\004", 1);
	child->in_fd = -1;
}

static void child_release(struct child *child)
{
	if (child->in_fd != child->out_fd)
		fd_close(&child->in_fd);
	fd_close(&child->out_fd);
	fd_close(&child->err_fd);
	free(child->input);
	free(child->request);
	*child = (struct child){ .in_fd = -1, .out_fd = -1, .err_fd = -1 };
}

/* ---- starting ---------------------------------------------------------------------- */

enum { ARGS_MAX = 1000 };

struct request {
	char *args[ARGS_MAX + 1], *envs[ARGS_MAX + 8];
	int nr_args, nr_envs;
	const char *cwd, *user;
	struct winsize window;
	bool pty, when_up;
};

static void request_parse(struct request *request, char *text, size_t size)
{
	*request = (struct request){ .window = { 24, 80, 0, 0 } };
	for (char *end = text + size; text < end; text += strlen(text) + 1) {
		char *value = strchr(text, '=');

		if (!value)
			continue;
		value++;
		if (!strncmp(text, "arg=", 4) && request->nr_args < ARGS_MAX)
			request->args[request->nr_args++] = value;
		else if (!strncmp(text, "env=", 4) && request->nr_envs < ARGS_MAX)
			request->envs[request->nr_envs++] = value;
		else if (!strncmp(text, "cwd=", 4))
			request->cwd = value;
		else if (!strncmp(text, "user=", 5))
			request->user = value;
		else if (!strncmp(text, "rows=", 5))
			request->window.ws_row = atoi(value);
		else if (!strncmp(text, "columns=", 8))
			request->window.ws_col = atoi(value);
		else if (!strncmp(text, "pty=", 4))
			request->pty = *value == '1';
		else if (!strncmp(text, "when=", 5))
			request->when_up = true;
	}
}

static void env_default(struct request *request, const char *name, const char *value)
{
	size_t size = strlen(name);
	char *text;

	for (int i = 0; i < request->nr_envs; i++)
		if (!strncmp(request->envs[i], name, size) && request->envs[i][size] == '=')
			return;
	if (asprintf(&text, "%s=%s", name, value) > 0)
		request->envs[request->nr_envs++] = text;
}

/*
 * Runs in the new process and becomes the program. On failure, writes the exit status that a shell
 * would return, and the reason, to @report_fd.
 */
static void child_exec(struct request *request, int report_fd)
{
	struct account account;
	sigset_t none;
	int error;

	if (!account_find(request->user ? request->user : "root", &account)) {
		dprintf(report_fd, "126 the guest has no user %s", request->user);
		_exit(126);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	env_default(request, "PATH",
		    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	env_default(request, "HOME", account.home);
	env_default(request, "SHELL", account.shell);
	env_default(request, "USER", request->user ? request->user : "root");
	env_default(request, "LOGNAME", request->user ? request->user : "root");
	env_default(request, "LANG", "C.UTF-8");
	if (account.uid && (setgroups(0, NULL) || setgid(account.gid) || setuid(account.uid))) {
		dprintf(report_fd, "126 cannot become %s: %s", request->user, strerror(errno));
		_exit(126);
	}
	if (chdir(request->cwd ? request->cwd : account.home)) {
		if (request->cwd) {
			dprintf(report_fd, "126 cannot enter %s: %s", request->cwd,
				strerror(errno));
			_exit(126);
		}
		if (chdir("/"))
			_exit(126);
	}
	/* Without a command, run a login shell. */
	if (!request->nr_args) {
		request->args[0] = account.shell;
		request->args[1] = "-l";
	}
	environ = request->envs;
	execvp(request->args[0], request->args);
	error = errno;
	dprintf(report_fd, "%d %s: %s", error == ENOENT ? 127 : 126, request->args[0],
		strerror(error));
	_exit(1);
}

static int pipes_make(struct child *child, int *inner)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (pipe2(out, O_CLOEXEC))
		goto out_in;
	if (pipe2(err, O_CLOEXEC))
		goto out_out;
	child->in_fd = in[1];
	child->out_fd = out[0];
	child->err_fd = err[0];
	inner[0] = in[0];
	inner[1] = out[1];
	inner[2] = err[1];
	return 0;
out_out:
	close(out[0]);
	close(out[1]);
out_in:
	close(in[0]);
	close(in[1]);
	return -EMFILE;
}

static int terminal_make(struct child *child, const struct request *request, int *inner)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

	if (fd < 0)
		return -errno;
	if (grantpt(fd) || unlockpt(fd) ||
	    (slave = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	ioctl(fd, TIOCSWINSZ, &request->window);
	child->in_fd = fd;
	child->out_fd = fd;
	child->err_fd = -1;
	inner[0] = slave;
	inner[1] = slave;
	inner[2] = slave;
	return 0;
}

static void child_start(struct agentlink *link, struct child *child, struct request *request)
{
	char reason[256] = "";
	int inner[3] = { -1, -1, -1 }, report[2], error;
	ssize_t size;

	if (pipe2(report, O_CLOEXEC))
		error = -errno;
	else
		error = request->pty ? terminal_make(child, request, inner) :
				       pipes_make(child, inner);
	if (error) {
		snprintf(reason, sizeof(reason), "125 the guest cannot create a %s: %s",
			 request->pty ? "terminal" : "pipe", strerror(-error));
		goto refused;
	}
	child->pid = fork();
	if (!child->pid) {
		setsid();
		for (int i = 0; i < 3; i++)
			dup2(inner[i], i);
		if (request->pty)
			ioctl(0, TIOCSCTTY, 0);
		child_exec(request, report[1]);
	}
	for (int i = 0; i < 3; i++)
		if (!i || inner[i] != inner[0])
			close(inner[i]);
	close(report[1]);
	/* A successful exec closes the pipe; otherwise the pipe delivers the reason. */
	size = child->pid < 0 ? 0 : read(report[0], reason, sizeof(reason) - 1);
	close(report[0]);
	if (child->pid < 0)
		snprintf(reason, sizeof(reason), "125 the guest cannot start a process: %s",
			 strerror(errno));
	if (child->pid < 0 || size > 0)
		goto refused;
	fcntl(child->out_fd, F_SETFL, O_NONBLOCK);
	fcntl(child->in_fd, F_SETFL, O_NONBLOCK);
	if (child->err_fd >= 0)
		fcntl(child->err_fd, F_SETFL, O_NONBLOCK);
	return;
refused:
	agentlink_send(link, AGENT_REFUSED, child->channel, reason, strlen(reason));
	child_release(child);
}

/* Does systemd accept requests yet? True for any other init. */
static bool system_up(void)
{
	char init[256] = "";

	return !access("/run/systemd/private", F_OK) ||
	       readlink("/sbin/init", init, sizeof(init) - 1) < 0 || !strstr(init, "systemd");
}

void child_open(struct agentlink *link, unsigned int channel, const char *text, size_t size)
{
	struct child *child = &children[channel];
	static struct request request;

	if (child->channel)
		child_release(child);
	*child = (struct child){
		.channel = channel, .in_fd = -1, .out_fd = -1, .err_fd = -1,
		.credit = AGENT_WINDOW,
	};
	child->request = calloc(1, size + 1);
	if (!child->request) {
		agentlink_send(link, AGENT_REFUSED, channel, "125 the guest is out of memory", 30);
		child_release(child);
		return;
	}
	memcpy(child->request, text, size);
	child->request_size = size;
	request_parse(&request, child->request, size);
	if (!request.when_up || system_up())
		child_start(link, child, &request);
}

bool child_start_waiting(struct agentlink *link)
{
	static struct request request;
	bool waiting = false;

	for (int i = 1; i < AGENT_CHANNELS; i++) {
		struct child *child = &children[i];

		if (!child->channel || child->ended || child->pid || child->out_fd >= 0 ||
		    !child->request)
			continue;
		if (!system_up()) {
			waiting = true;
			continue;
		}
		request_parse(&request, child->request, child->request_size);
		child_start(link, child, &request);
	}
	return waiting;
}

/* ---- running ----------------------------------------------------------------------- */

static void credit_send(struct agentlink *link, struct child *child, uint32_t bytes)
{
	agentlink_send(link, AGENT_CREDIT, child->channel, &bytes, sizeof(bytes));
}

/* Writes buffered input to the program; input that it will never read is discarded. */
static void input_move(struct agentlink *link, struct child *child)
{
	while (child->input_size && child->in_fd >= 0) {
		ssize_t done = write(child->in_fd, child->input, child->input_size);

		if (done < 0 && errno == EAGAIN)
			return;
		if (done < 0) {
			credit_send(link, child, child->input_size);
			child->input_size = 0;
			child->input_ends = true;
			break;
		}
		memmove(child->input, child->input + done, child->input_size - done);
		child->input_size -= done;
		credit_send(link, child, done);
	}
	if (child->input_ends && child->in_fd >= 0)
		input_close(child);
}

static void input_add(struct agentlink *link, struct child *child, const char *data, size_t size)
{
	char *more;

	if (!size) {
		child->input_ends = true;
	} else if (child->in_fd < 0) {
		credit_send(link, child, size);
	} else {
		more = realloc(child->input, child->input_size + size);
		if (!more)
			return;
		child->input = more;
		memcpy(more + child->input_size, data, size);
		child->input_size += size;
	}
	input_move(link, child);
}

/* Reads output once and sends it. False: no output at the moment, end of file, or no credit. */
static bool output_move(struct agentlink *link, struct child *child, int *fd, enum agent_frame type)
{
	static char buf[AGENT_PAYLOAD_MAX];
	size_t want = child->credit < (long)sizeof(buf) ? (size_t)child->credit : sizeof(buf);
	ssize_t size;

	if (*fd < 0 || !want)
		return false;
	size = read(*fd, buf, want);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (size > 0) {
		child->credit -= size;
		agentlink_send(link, type, child->channel, buf, size);
		return true;
	}
	/* End of file. A terminal that no process has open reports EIO instead. */
	agentlink_send(link, type, child->channel, NULL, 0);
	if (*fd == child->in_fd)
		child->in_fd = -1;
	fd_close(fd);
	return false;
}

enum { TERMINAL_LEFT = 1 << 20 };

/* Returns how many bytes of output the program left. A terminal cannot tell, so TERMINAL_LEFT. */
static long output_waiting(const struct child *child)
{
	int out = 0, err = 0;

	if (child->out_fd >= 0 && child->err_fd < 0 && child->in_fd == child->out_fd)
		return TERMINAL_LEFT;
	if (child->out_fd >= 0)
		ioctl(child->out_fd, FIONREAD, &out);
	if (child->err_fd >= 0)
		ioctl(child->err_fd, FIONREAD, &err);
	return (long)out + err;
}

static bool readable(int fd)
{
	return fd >= 0 && poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0;
}

/*
 * Sends the rest of an ended program's output, and then its status. If the credit does not last,
 * the next credit continues. What a daemon that has the pipes open writes later is not waited for.
 */
static void child_finish(struct agentlink *link, struct child *child)
{
	long before = child->credit;
	bool waits;

	if (!child->ended)
		return;
	while (output_move(link, child, &child->out_fd, AGENT_OUTPUT))
		;
	while (output_move(link, child, &child->err_fd, AGENT_ERRORS))
		;
	child->left -= before - child->credit;
	waits = child->credit <= 0 && (readable(child->out_fd) || readable(child->err_fd));
	if (waits && child->left > 0)
		return;
	agentlink_send(link, AGENT_EXIT, child->channel, &child->status, sizeof(child->status));
	child_release(child);
}

static void signal_send(struct child *child, const char *payload, size_t size)
{
	uint32_t number;

	if (size != sizeof(number) || child->pid <= 0)
		return;
	memcpy(&number, payload, sizeof(number));
	if (number < 65)
		kill(-child->pid, number);
}

void child_frame(struct agentlink *link, const struct agent_header *header, const char *payload)
{
	struct child *child = child_find(header->channel);
	struct winsize window = { 0 };
	char text[32] = "";
	uint32_t bytes;

	if (!child)
		return;
	switch (header->type) {
	case AGENT_INPUT:
		input_add(link, child, payload, header->size);
		break;
	case AGENT_CREDIT:
		if (header->size == sizeof(bytes)) {
			memcpy(&bytes, payload, sizeof(bytes));
			child->credit += bytes;
			child_finish(link, child);
		}
		break;
	case AGENT_RESIZE:
		memcpy(text, payload,
		       header->size < sizeof(text) ? header->size : sizeof(text) - 1);
		if (child->out_fd >= 0 &&
		    sscanf(text, "%hu %hu", &window.ws_row, &window.ws_col) == 2)
			ioctl(child->out_fd, TIOCSWINSZ, &window);
		break;
	case AGENT_SIGNAL:
		signal_send(child, payload, header->size);
		break;
	case AGENT_CLOSE:
		if (child->pid > 0)
			kill(-child->pid, SIGHUP);
		child_release(child);
		break;
	}
}

void child_close_all(void)
{
	for (int i = 1; i < AGENT_CHANNELS; i++)
		if (children[i].channel) {
			if (children[i].pid > 0)
				kill(-children[i].pid, SIGHUP);
			child_release(&children[i]);
		}
}

void child_reap(struct agentlink *link)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 1; i < AGENT_CHANNELS; i++) {
			struct child *child = &children[i];

			if (!child->channel || child->pid != pid)
				continue;
			child->pid = 0;
			child->ended = true;
			child->status = status;
			child->left = output_waiting(child);
			child_finish(link, child);
		}
}

/* ---- polling ----------------------------------------------------------------------- */

int child_poll_fill(struct pollfd *polled, int room)
{
	int nr = 0;

	for (int i = 1; i < AGENT_CHANNELS && nr + CHILD_FDS <= room; i++) {
		struct child *child = &children[i];

		if (!child->channel)
			continue;
		/* poll() ignores entries whose descriptor is -1. */
		polled[nr++] = (struct pollfd){
			.fd = child->credit > 0 ? child->out_fd : -1, .events = POLLIN
		};
		polled[nr++] = (struct pollfd){
			.fd = child->credit > 0 ? child->err_fd : -1, .events = POLLIN
		};
		polled[nr++] = (struct pollfd){
			.fd = child->input_size ? child->in_fd : -1, .events = POLLOUT
		};
	}
	return nr;
}

void child_poll_done(struct agentlink *link, const struct pollfd *polled, int nr)
{
	int at = 0;

	for (int i = 1; i < AGENT_CHANNELS && at < nr; i++) {
		struct child *child = &children[i];

		if (!child->channel)
			continue;
		if (polled[at].revents)
			output_move(link, child, &child->out_fd, AGENT_OUTPUT);
		if (polled[at + 1].revents)
			output_move(link, child, &child->err_fd, AGENT_ERRORS);
		if (polled[at + 2].revents)
			input_move(link, child);
		at += CHILD_FDS;
	}
}
