// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper.c - run the keeper, the process that looks after a running machine
 *
 * Called by main() for `umlab keeper ID`, which machine_connect.c executes.
 *
 * Theory of operation
 *   Each machine has one keeper, which starts the kernel and serves its console and agent. The
 *   keeper has no terminal and is one poll() loop over
 *     the kernel's pidfd      readable when the machine has ended
 *     console                 con0=unix:RUN/con0; its output goes to console.log and to
 *                             all clients that are attached
 *     agent                   con1=unix:RUN/con1; frames (agentwire.h)
 *     ctl and its clients     keeper_clients.c
 *   The kernel does not need the keeper, because both sockets belong to the kernel. If the keeper
 *   is killed, the machine goes on, and the next command starts a keeper that adopts the machine.
 *
 *   States (enum machine_state); the keeper writes them to `status` and sends them to watchers:
 *     booting    the kernel runs. Entered at the start, and when the kernel closes its sockets
 *                for a reboot; left when the agent answers
 *     starting   the agent has answered for the first time after this boot, and startup.sh
 *                runs in the guest (keeper_script.c). Left when startup.sh ends
 *     ready | trouble   startup.sh has succeeded or failed
 *     stopping   a clean shutdown was requested (keeper_stop.c), until the machine ends
 *
 *   Locks. A keeper holds keeper.lock until it ends; the kernel holds `lock`. A start holds a lock
 *   on the machine's folder itself. If a new keeper finds keeper.lock taken and the machine runs,
 *   another keeper is in charge. If the machine does not run, the keeper of the last run is just
 *   ending, and the new keeper waits until it has ended (locks_take()).
 */
#include "machine/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/timing.h"
#include "machine/keeper_clients.h"
#include "machine/keeper_kernel.h"
#include "machine/keeper_script.h"
#include "machine/keeper_stop.h"
#include "machine/record.h"

enum {
	CONSOLE_LOG_MAX = 4 << 20,
	RETRY_MS = 10,		/* between attempts to connect to a booting kernel */
	QUIET_SECONDS = 10,	/* an agent for which a client waits is pinged after this silence */
	PING_SECONDS = 20,	/* limit for the answer to a ping */
	STOP_SECONDS = 5,	/* between requests to power off */
	START_SECONDS = 600,	/* limit for another keeper's start, which may copy a disk */
	END_SECONDS = 10,	/* how long to wait until the keeper of the last run has ended */
};

/* Opens the file @path and frees the string, which usually comes from txt_printf(). */
static int open_and_free(char *path, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	free(path);
	return fd;
}

/* Sends the one line that machine_start.c waits for. */
static void report(struct keeper *keeper, const char *text)
{
	if (keeper->report_fd < 0)
		return;
	(void)!write(keeper->report_fd, text, strlen(text));
	close(keeper->report_fd);
	keeper->report_fd = -1;
}

/* ---- console ----------------------------------------------------------------------- */

static void console_log_open(struct keeper *keeper)
{
	struct stat status;

	keeper->console_log_fd = open_and_free(txt_printf("%s/console.log", keeper->machine.dir),
					       O_WRONLY | O_CREAT | O_APPEND);
	keeper->console_log_size = 0;
	if (keeper->console_log_fd >= 0 && !fstat(keeper->console_log_fd, &status))
		keeper->console_log_size = status.st_size;
}

static void console_log_rotate(struct keeper *keeper)
{
	char *now = txt_printf("%s/console.log", keeper->machine.dir);
	char *old = txt_printf("%s.1", now);

	close(keeper->console_log_fd);
	rename(now, old);
	free(now);
	free(old);
	console_log_open(keeper);
}

static void console_log_write(struct keeper *keeper, const char *data, size_t size)
{
	if (keeper->console_log_size > CONSOLE_LOG_MAX)
		console_log_rotate(keeper);
	/* If the host's disk is full, output is missing in the log, but the machine goes on. */
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

static void time_send(struct keeper *keeper)
{
	struct timespec now;
	int64_t nanoseconds;

	clock_gettime(CLOCK_REALTIME, &now);
	nanoseconds = now.tv_sec * 1000000000ll + now.tv_nsec;
	agentlink_send(&keeper->agent, AGENT_TIME, 0, &nanoseconds, sizeof(nanoseconds));
}

/* Called when the agent first answers after a boot. Runs the startup scripts. */
static void boot_begin(struct keeper *keeper, const char *boot)
{
	snprintf(keeper->boot, sizeof(keeper->boot), "%s", boot);
	conf_set(&keeper->status, "boot", boot);
	if (keeper->state == MACHINE_STOPPING)
		return;
	keeper_state_set(keeper, MACHINE_STARTING);
	keeper_script_run(keeper, "startup.sh", "startup.log", startup_ended);
}

/*
 * Handles HELLO, which the agent sends when it starts, and again to answer the keeper's HELLO. A
 * repeated HELLO is ignored. If a new worker sends HELLO, the old worker's programs are lost.
 */
static void agent_hello(struct keeper *keeper, const char *payload, size_t size)
{
	char *id = txt_copy_part(payload, size);

	if (strcmp(id, keeper->agent_id)) {
		clients_agent_lost(keeper);
		keeper->agent_answers = true;
		snprintf(keeper->agent_id, sizeof(keeper->agent_id), "%s", id);
		time_send(keeper);
		clients_agent_found(keeper);
		id[strcspn(id, " ")] = '\0';
		if (strcmp(id, keeper->boot))
			boot_begin(keeper, id);
	}
	free(id);
}

/* Has a debugger or SIGSTOP stopped the kernel? Then the agent cannot answer. */
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
 * Root in the guest can kill the agent and its watchdog. So the keeper pings a silent agent and, if
 * no answer comes, tells the clients, which would otherwise wait for ever.
 */
static void agent_check(struct keeper *keeper)
{
	double now = timing_seconds();

	if (keeper->stop_asked > 0 && now - keeper->stop_asked >= STOP_SECONDS)
		keeper_power_off(keeper);
	if (!(keeper->ping_sent > 0)) {
		if (clients_wait() && now - keeper->agent_heard >= QUIET_SECONDS)
			keeper_agent_ping(keeper);
		return;
	}
	if (kernel_held(keeper))
		keeper->ping_sent = now;
	if (now - keeper->ping_sent < PING_SECONDS)
		return;
	keeper_note("the agent does not answer");
	keeper->ping_sent = 0;
	clients_agent_lost(keeper);
}

static void agent_take(struct keeper *keeper)
{
	struct agent_header header;
	const char *payload;
	ssize_t size = agentlink_receive(&keeper->agent);

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		agentlink_release(&keeper->agent);
		keeper->agent_answers = false;
		*keeper->agent_id = '\0';
		clients_agent_lost(keeper);
		if (keeper->state != MACHINE_STOPPING)
			keeper_state_set(keeper, MACHINE_BOOTING);
		return;
	}
	keeper->ping_sent = 0;
	keeper->agent_heard = timing_seconds();
	while (agentlink_next(&keeper->agent, &header, &payload)) {
		if (header.channel)
			clients_agent_frame(keeper, &header, payload);
		else if (header.type == AGENT_HELLO)
			agent_hello(keeper, payload, header.size);
	}
}

/* ---- sockets ----------------------------------------------------------------------- */

static int console_connect(const struct keeper *keeper, const char *name)
{
	char *path = txt_printf("%s/%s", keeper->machine.run_dir, name);
	int fd = fd_connect(path, true);

	free(path);
	return fd < 0 ? -1 : fd;
}

/* Connects to the sockets that the kernel opens some time after its start and after a reboot. */
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
	agentlink_init(&keeper->agent, fd);
	report(keeper, "up\n");
	/* The agent may be in the middle of a frame that the last keeper did not finish. */
	agentlink_send_zeros(&keeper->agent);
	agentlink_send(&keeper->agent, AGENT_HELLO, 0, NULL, 0);
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

/* Returns the last line in the file @path that is not blank, or "". Frees @path. */
static char *last_line(char *path)
{
	char *text, *line = NULL, *rest, *one;
	size_t size;
	int error = file_read(path, &text, &size);

	free(path);
	if (error)
		return txt_copy("");
	rest = text;
	while ((one = strsep(&rest, "\n")))
		if (*txt_trim(one))
			line = one;
	line = txt_copy(line ? txt_trim(line) : "");
	free(text);
	return line;
}

/* Writes how the kernel ended to the file `last`. Reports why if no console was ever opened. */
static void kernel_gone(struct keeper *keeper)
{
	char *path = txt_printf("%s/last", keeper->machine.dir), *words;
	struct conf last = { 0 };
	int status = 0;

	if (!keeper->adopted && waitpid(keeper->kernel_pid, &status, 0) == keeper->kernel_pid) {
		if (WIFEXITED(status))
			conf_setf(&last, "exit", "%d", WEXITSTATUS(status));
		else
			conf_setf(&last, "signal", "%d", WTERMSIG(status));
	}
	conf_setf(&last, "ended", "%ld", (long)time(NULL));
	conf_write(&last, path);
	free(path);
	if (keeper->report_fd >= 0) {
		words = last_line(txt_printf("%s/boot.log", keeper->machine.dir));
		report(keeper, *words ? words : "the kernel ended at once");
		free(words);
	}
}

/* ---- the loop ---------------------------------------------------------------------- */

/* Returns the timeout of poll(). While an answer is due, agent_check() must run every second. */
static int poll_ms(const struct keeper *keeper)
{
	/* The kernel cannot tell us when it has opened its sockets, so try again soon. */
	if (keeper->console_fd < 0 || keeper->agent.fd < 0)
		return RETRY_MS;
	return keeper->ping_sent > 0 || keeper->stop_asked > 0 || clients_wait() ? 1000 : -1;
}

static bool readable(int fd)
{
	return poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0;
}

static void keeper_loop(struct keeper *keeper)
{
	enum { KERNEL, CONSOLE, AGENT, CTL, CLIENTS };
	struct pollfd polled[CLIENTS + KEEPER_CLIENTS];

	for (;;) {
		int nr;

		consoles_connect(keeper);
		agentlink_flush(&keeper->agent);
		polled[KERNEL] = (struct pollfd){ .fd = keeper->kernel_fd, .events = POLLIN };
		polled[CONSOLE] = (struct pollfd){ .fd = keeper->console_fd, .events = POLLIN };
		polled[AGENT] = (struct pollfd){ .fd = keeper->agent.fd,
			.events = POLLIN | (agentlink_pending(&keeper->agent) ? POLLOUT : 0) };
		polled[CTL] = (struct pollfd){ .fd = clients_have_room() ? keeper->ctl_fd : -1,
			.events = POLLIN };
		nr = clients_poll_fill(polled + CLIENTS, KEEPER_CLIENTS);
		if (poll(polled, CLIENTS + nr, poll_ms(keeper)) < 0)
			continue;
		agent_check(keeper);
		clients_poll_done(keeper, polled + CLIENTS, nr);
		if (polled[CONSOLE].revents)
			console_take(keeper);
		if (polled[AGENT].revents & (POLLIN | POLLHUP | POLLERR))
			agent_take(keeper);
		if (polled[CTL].revents)
			clients_accept(keeper);
		if (polled[KERNEL].revents) {
			/* Read the last output of the machine. */
			while (keeper->console_fd >= 0 && readable(keeper->console_fd))
				console_take(keeper);
			return;
		}
	}
}

/* ---- start ------------------------------------------------------------------------- */

/* Takes both locks; the caller closes *start_fd after the start. 1: another keeper is in charge. */
static int locks_take(struct keeper *keeper, int *start_fd)
{
	int fd, error;

	*start_fd = open(keeper->machine.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*start_fd < 0)
		return -errno;
	error = fd_lock_wait(*start_fd, LOCK_EX, START_SECONDS);
	if (error)
		return error;
	/* This descriptor is never closed: the lock lasts until this process ends. */
	fd = open_and_free(txt_printf("%s/keeper.lock", keeper->machine.dir), O_RDWR | O_CREAT);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	return machine_runs(&keeper->machine) ? 1 : fd_lock_wait(fd, LOCK_EX, END_SECONDS);
}

static int adopt(struct keeper *keeper)
{
	char *path = txt_printf("%s/status", keeper->machine.run_dir);
	const char *boot;
	int error;

	keeper->adopted = true;
	conf_read(&keeper->status, path);
	free(path);
	keeper->state = machine_state(&keeper->machine, NULL);
	boot = conf_get(&keeper->status, "boot");
	snprintf(keeper->boot, sizeof(keeper->boot), "%s", boot ? boot : "");
	/* The keeper that waited for the startup scripts is dead. Do not run the scripts twice. */
	keeper_state_set(keeper,
			 keeper->state == MACHINE_STARTING ? MACHINE_TROUBLE : keeper->state);
	error = ctl_open(keeper);
	if (!error)
		report(keeper, "up\n");
	return error;
}

/* Adopts the kernel that runs, or starts one. */
static int keeper_begin(struct keeper *keeper, char **reason)
{
	struct machine *machine = &keeper->machine;
	bool held = getenv("UMLAB_GDB_WAIT");
	int error;

	if (machine_runs(machine) &&
	    !keeper_kernel_adopt(machine, &keeper->kernel_pid, &keeper->kernel_fd))
		return adopt(keeper);
	error = keeper_kernel_prepare(machine, reason);
	if (!error)
		error = ctl_open(keeper);
	if (!error)
		error = keeper_kernel_spawn(machine, &keeper->kernel_pid, &keeper->kernel_fd,
					    reason);
	if (error)
		return error;
	conf_setf(&keeper->status, "pid", "%d", keeper->kernel_pid);
	conf_setf(&keeper->status, "started", "%ld", (long)time(NULL));
	keeper_state_set(keeper, MACHINE_BOOTING);
	/* A kernel that waits for gdb opens its consoles only later, so report the start now. */
	if (held)
		report(keeper, "up\n");
	return 0;
}

enum status keeper_main(const char *id)
{
	struct keeper keeper = { .kernel_fd = -1, .ctl_fd = -1, .console_fd = -1, .agent.fd = -1,
		.state_changed = clients_state_changed };
	char *reason = NULL;
	int error, start_fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "umlab-keeper");
	/* The programs that the keeper starts must not inherit the pipe. */
	keeper.report_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(STDIN_FILENO, STDOUT_FILENO);
	if (machine_open(&keeper.machine, id)) {
		report(&keeper, "there is no such machine");
		return STATUS_ABSENT;
	}
	error = locks_take(&keeper, &start_fd);
	if (error) {
		report(&keeper, error > 0 ? "up\n" : strerror(-error));
		return error > 0 ? STATUS_OK : STATUS_FAILED;
	}
	record_open(&keeper.machine);
	recordf("record", "keeper %d", getpid());
	error = keeper_begin(&keeper, &reason);
	close(start_fd);
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
