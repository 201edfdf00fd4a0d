// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper.c - the process beside each running machine: its console, its agent, its end
 *
 * Theory of operation
 *   `umlab start` starts one keeper per machine, away from any terminal; the keeper starts
 *   the kernel. It is one poll() loop over
 *     the kernel's pidfd      readable when the machine has ended
 *     console                 con0=unix:RUN/con0; its output goes to console.log and to
 *                             everybody who is attached
 *     agent                   con1=unix:RUN/con1; frames (agentwire.h)
 *     ctl and its clients     keeper_clients.c
 *   The kernel does not need the keeper: both sockets are the kernel's, so when the keeper
 *   is killed the machine goes on, and the next command starts a keeper that adopts it.
 *
 *   Phases, in the status file:
 *     booting    the kernel runs
 *     starting   the agent answered for the first time since this boot: startup.sh runs in
 *                the guest as a program of the keeper's own, its output in startup.log
 *     ready | trouble   it has ended, well or not
 *     stopping   somebody asked for the end: shutdown.sh, then the agent tells init
 *   A reboot of the guest closes both sockets and opens them anew: back to booting.
 */
#include "machine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/record.h"
#include "base/tell.h"

enum { CONSOLE_LOG_MAX = 4 << 20, RETRY_MS = 10, QUIET_SECONDS = 10, PING_SECONDS = 20, STOP_SECONDS = 5 };

void keeper_note(const char *fmt, ...)
{
	char when[32];
	time_t now = time(NULL);
	va_list args;

	strftime(when, sizeof(when), "%F %T ", localtime(&now));
	fputs(when, stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* The one line that machine_start() waits for. */
static void report(struct keeper *keeper, const char *text)
{
	if (keeper->report_fd < 0)
		return;
	(void)!write(keeper->report_fd, text, strlen(text));
	close(keeper->report_fd);
	keeper->report_fd = -1;
}

static void status_write(struct keeper *keeper)
{
	conf_write(&keeper->status, txt_printf("%s/status", keeper->machine.run_dir));
}

void keeper_state_set(struct keeper *keeper, enum machine_state state)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	keeper->state = state;
	recordf("state", "%s", machine_state_word(state));
	conf_setf(&keeper->status, "keeper", "%d", getpid());
	conf_set(&keeper->status, "phase", machine_state_word(state));
	conf_setf(&keeper->status, "since", "%ld.%03ld", (long)now.tv_sec, now.tv_nsec / 1000000);
	status_write(keeper);
}

/* ---- console ----------------------------------------------------------------------- */

static void console_log_open(struct keeper *keeper)
{
	char *path = txt_printf("%s/console.log", keeper->machine.dir);
	struct stat status;

	keeper->console_log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	keeper->console_log_size = keeper->console_log_fd < 0 || fstat(keeper->console_log_fd, &status) ? 0 : status.st_size;
}

static void console_log_write(struct keeper *keeper, const char *data, size_t size)
{
	if (keeper->console_log_size > CONSOLE_LOG_MAX) {
		close(keeper->console_log_fd);
		rename(txt_printf("%s/console.log", keeper->machine.dir), txt_printf("%s/console.log.1", keeper->machine.dir));
		console_log_open(keeper);
	}
	/* A full disk loses the log, not the machine. */
	if (keeper->console_log_fd >= 0 && !fd_write_all(keeper->console_log_fd, data, size))
		keeper->console_log_size += size;
}

static void console_take(struct keeper *keeper)
{
	char data[16384];
	ssize_t size = fd_read(keeper->console_fd, data, sizeof(data));

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		close(keeper->console_fd);
		keeper->console_fd = -1;
		return;
	}
	console_log_write(keeper, data, size);
	record_output("console", data, size);
	clients_console_output(data, size);
}

/* ---- agent ------------------------------------------------------------------------- */

static void startup_ended(struct keeper *keeper, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	conf_setf(&keeper->status, "scripts", "%d", code);
	if (keeper->state == MACHINE_STARTING)
		keeper_state_set(keeper, code ? MACHINE_TROUBLE : MACHINE_READY);
}

/*
 * The agent says so when it starts, and once more when asked; the second time there is
 * nothing new. Another worker of the same boot has forgotten its programs.
 */
static void agent_hello(struct keeper *keeper, const char *payload, size_t size)
{
	struct timespec now;
	int64_t nanoseconds;
	char *text = txt_copy_part(payload, size), *blank = strchr(text, ' ');

	if (!strcmp(text, keeper->agent_id))
		return;
	clients_agent_lost(keeper);
	keeper->agent_answers = true;
	snprintf(keeper->agent_id, sizeof(keeper->agent_id), "%s", text);
	clock_gettime(CLOCK_REALTIME, &now);
	nanoseconds = now.tv_sec * 1000000000ll + now.tv_nsec;
	wirelink_send(&keeper->agent, WIRE_TIME, 0, &nanoseconds, sizeof(nanoseconds));
	clients_agent_found(keeper);
	if (blank)
		*blank = '\0';
	if (!strcmp(text, keeper->boot))
		return;
	snprintf(keeper->boot, sizeof(keeper->boot), "%s", text);
	conf_set(&keeper->status, "boot", text);
	free(text);
	if (keeper->state == MACHINE_STOPPING)
		return;
	keeper_state_set(keeper, MACHINE_STARTING);
	clients_run_script(keeper, "startup.sh", "startup.log", startup_ended);
}

void keeper_agent_ping(struct keeper *keeper)
{
	if (keeper->ping_sent.tv_sec)
		return;
	clock_gettime(CLOCK_MONOTONIC, &keeper->ping_sent);
	wirelink_send(&keeper->agent, WIRE_PING, 0, NULL, 0);
}

/* Stopped, by a debugger or by SIGSTOP: not to be blamed for its silence. */
static bool kernel_held(const struct keeper *keeper)
{
	char *stat, *state;
	bool held;

	if (proc_stat_read(keeper->kernel_pid, &stat, &state))
		return false;
	held = *state == 't' || *state == 'T';
	free(stat);
	return held;
}

/*
 * A guest whose root killed the agent and its watcher: whoever waits for it is told. While
 * somebody waits and nothing comes, the agent is asked now and then.
 */
static void agent_check(struct keeper *keeper)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	/* An init that is only just starting forgets what it is asked. */
	if (keeper->stop_asked && now.tv_sec - keeper->stop_asked >= STOP_SECONDS)
		clients_power_off(keeper);
	if (!keeper->ping_sent.tv_sec) {
		if (clients_wait() && now.tv_sec - keeper->agent_heard >= QUIET_SECONDS)
			keeper_agent_ping(keeper);
		return;
	}
	if (kernel_held(keeper))
		keeper->ping_sent = now;
	if (now.tv_sec - keeper->ping_sent.tv_sec < PING_SECONDS)
		return;
	keeper_note("the agent does not answer");
	keeper->ping_sent.tv_sec = 0;
	clients_agent_lost(keeper);
}

static void agent_take(struct keeper *keeper)
{
	struct timespec now;
	struct wire_header header;
	const char *payload;
	ssize_t size = wirelink_receive(&keeper->agent);

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		wirelink_release(&keeper->agent);
		keeper->agent_answers = false;
		*keeper->agent_id = '\0';
		clients_agent_lost(keeper);
		if (keeper->state != MACHINE_STOPPING)
			keeper_state_set(keeper, MACHINE_BOOTING);
		return;
	}
	keeper->ping_sent.tv_sec = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	keeper->agent_heard = now.tv_sec;
	while (wirelink_next(&keeper->agent, &header, &payload)) {
		if (header.channel)
			clients_agent_frame(keeper, &header, payload);
		else if (header.type == WIRE_HELLO)
			agent_hello(keeper, payload, header.size);
	}
}

/* ---- sockets ----------------------------------------------------------------------- */

static int console_connect(const struct keeper *keeper, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", keeper->machine.run_dir, name);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The kernel opens its sockets when it comes to it, also again after a reboot. */
static void consoles_connect(struct keeper *keeper)
{
	int fd;

	if (keeper->console_fd < 0)
		keeper->console_fd = console_connect(keeper, "con0");
	if (keeper->agent.fd >= 0)
		return;
	fd = console_connect(keeper, "con1");
	if (fd < 0)
		return;
	wirelink_init(&keeper->agent, fd);
	report(keeper, "up\n");
	/* It may be in the middle of a frame of the keeper before us. */
	wirelink_send_zeros(&keeper->agent);
	wirelink_send(&keeper->agent, WIRE_HELLO, 0, NULL, 0);
}

static int ctl_open(struct keeper *keeper)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/ctl", keeper->machine.run_dir);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		return -errno;
	keeper->ctl_fd = fd;
	return 0;
}

/* ---- the end ----------------------------------------------------------------------- */

static char *last_line(const char *path)
{
	char *text, *line = "", *next;
	size_t size;

	if (file_read(path, &text, &size))
		return "";
	for (char *at = text; at; at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = '\0';
		if (*txt_trim(at))
			line = txt_trim(at);
	}
	return line;
}

/* Why a kernel that ended before it opened its consoles did so: its own last words. */
static void kernel_gone(struct keeper *keeper)
{
	struct conf last = { 0 };
	int status = 0;
	char *words;

	if (!keeper->adopted && waitpid(keeper->kernel_pid, &status, 0) == keeper->kernel_pid) {
		if (WIFEXITED(status))
			conf_setf(&last, "exit", "%d", WEXITSTATUS(status));
		else
			conf_setf(&last, "signal", "%d", WTERMSIG(status));
	}
	conf_setf(&last, "ended", "%ld", (long)time(NULL));
	conf_write(&last, txt_printf("%s/last", keeper->machine.dir));
	if (keeper->report_fd >= 0) {
		words = last_line(txt_printf("%s/boot.log", keeper->machine.dir));
		report(keeper, *words ? words : "the kernel ended at once");
	}
}

/* ---- the loop ---------------------------------------------------------------------- */

static void keeper_loop(struct keeper *keeper)
{
	struct pollfd polled[4 + KEEPER_CLIENTS];

	for (;;) {
		bool away;
		int nr;

		consoles_connect(keeper);
		away = keeper->console_fd < 0 || keeper->agent.fd < 0;
		wirelink_flush(&keeper->agent);
		polled[0] = (struct pollfd){ .fd = keeper->kernel_fd, .events = POLLIN };
		polled[1] = (struct pollfd){ .fd = keeper->console_fd, .events = POLLIN };
		polled[2] = (struct pollfd){ .fd = keeper->agent.fd,
			.events = POLLIN | (wirelink_pending(&keeper->agent) ? POLLOUT : 0) };
		polled[3] = (struct pollfd){ .fd = keeper->ctl_fd, .events = POLLIN };
		nr = clients_poll_fill(polled + 4, KEEPER_CLIENTS);
		if (poll(polled, 4 + nr, away ? RETRY_MS : keeper->ping_sent.tv_sec || keeper->stop_asked || clients_wait() ? 1000 : -1) < 0)
			continue;
		agent_check(keeper);
		clients_poll_done(keeper, polled + 4, nr);
		if (polled[1].revents)
			console_take(keeper);
		if (polled[2].revents & (POLLIN | POLLHUP | POLLERR))
			agent_take(keeper);
		if (polled[3].revents)
			clients_accept(keeper);
		if (polled[0].revents) {
			/* What its console still holds was written before the end. */
			while (keeper->console_fd >= 0 && poll(&(struct pollfd){ .fd = keeper->console_fd, .events = POLLIN }, 1, 0) > 0)
				console_take(keeper);
			return;
		}
	}
}

static int own_lock(struct keeper *keeper)
{
	keeper->keeper_lock_fd = open(txt_printf("%s/keeper.lock", keeper->machine.dir), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (keeper->keeper_lock_fd < 0)
		return -errno;
	return flock(keeper->keeper_lock_fd, LOCK_EX | LOCK_NB) ? -errno : 0;
}

/* Takes over what runs, or starts it. */
static int keeper_begin(struct keeper *keeper, char **reason)
{
	bool held = getenv("UMLAB_GDB_WAIT");
	int error;

	if (machine_runs(&keeper->machine) && !kernel_adopt(keeper)) {
		conf_read(&keeper->status, txt_printf("%s/status", keeper->machine.run_dir));
		keeper->state = machine_state(&keeper->machine, NULL);
		snprintf(keeper->boot, sizeof(keeper->boot), "%s", conf_get(&keeper->status, "boot") ? : "");
		/* Who watched over the startup files is dead; they are not run a second time. */
		keeper_state_set(keeper, keeper->state == MACHINE_STARTING ? MACHINE_TROUBLE : keeper->state);
		return ctl_open(keeper);
	}
	error = kernel_prepare(keeper, reason);
	if (!error)
		error = ctl_open(keeper);
	if (!error)
		error = kernel_spawn(keeper, reason);
	if (error)
		return error;
	conf_setf(&keeper->status, "pid", "%d", keeper->kernel_pid);
	conf_setf(&keeper->status, "started", "%ld", (long)time(NULL));
	keeper_state_set(keeper, MACHINE_BOOTING);
	/* One that waits for gdb opens no console before it came. */
	if (held)
		report(keeper, "up\n");
	return 0;
}

enum status keeper_main(const char *id)
{
	struct keeper keeper = { .kernel_fd = -1, .ctl_fd = -1, .console_fd = -1, .agent.fd = -1, .report_fd = -1 };
	char *reason = NULL;
	int error;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "umlab-keeper");
	/* Programs that we start must not hold the pipe open. */
	keeper.report_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(STDIN_FILENO, STDOUT_FILENO);
	if (machine_open(&keeper.machine, id)) {
		report(&keeper, "there is no such machine");
		return STATUS_ABSENT;
	}
	error = own_lock(&keeper);
	if (error) {
		report(&keeper, error == -EWOULDBLOCK ? "up\n" : strerror(-error));
		return STATUS_OK;
	}
	record_open(&keeper.machine);
	recordf("record", "keeper %d", getpid());
	error = keeper_begin(&keeper, &reason);
	if (error) {
		report(&keeper, reason ? reason : strerror(-error));
		return STATUS_FAILED;
	}
	console_log_open(&keeper);
	keeper_loop(&keeper);
	kernel_gone(&keeper);
	recordf("state", "%s", machine_state_word(MACHINE_STOPPED));
	clients_agent_lost(&keeper);
	tree_remove(keeper.machine.run_dir);
	return STATUS_OK;
}
