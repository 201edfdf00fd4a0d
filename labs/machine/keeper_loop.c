// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_loop.c - wait for a machine's kernel, console, agent and clients, and serve them
 *
 * Called by keeper.c after the start of the kernel, and by unit tests with sockets of their own.
 *
 * Theory of operation
 *   The guest owns its console and its agent, so both are hostile here. Nothing they do may block
 *   the keeper, or make it grow or write without limit:
 *     a flood of output     console.log and startup.log are limited; a client gets no more than
 *                           its credit (link/agentflow.h)
 *     reading nothing       queues have limits: `typed`, KEEPER_AGENT_BACKLOG, AGENT_QUEUE_MAX. A
 *                           client whose program or console does not take its input is not read
 *     many HELLOs           each one ends all programs and starts the scripts again, so `hellos`
 *                           limits their rate; later the agent is asked again
 *     closing its sockets   the keeper connects again, but slowly if connections end at once
 *   keeper_clients.c limits what clients may do.
 */
#include "machine/keeper_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "link/agentflow.h"
#include "machine/keeper_clients.h"
#include "machine/keeper_console.h"
#include "machine/keeper_script.h"
#include "machine/keeper_stop.h"

enum {
	RETRY_MS = 10,		/* between attempts to connect to a booting kernel */
	QUIET_SECONDS = 10,	/* an agent for which a client waits is pinged after this silence */
	PING_SECONDS = 20,	/* limit for the answer to a ping */
	STOP_SECONDS = 5,	/* between requests to power off */
	AGENT_QUEUE_MAX = 8 << 20,	/* bytes for an agent that does not read */
	LAST_READS = 256,	/* of the console, after the kernel has ended */
	HELLO_BURST = 10,	/* starts of the agent at once; later one every 2 seconds */
};

static const double short_seconds = 1;	/* a connection that ended sooner was refused in effect */
static const double pause_seconds = 0.5;	/* before the next attempt after that */

/* ---- agent ------------------------------------------------------------------------- */

static void startup_ended(struct keeper *keeper, int status)
{
	conf_setf(&keeper->status, "scripts", "%d", status);
	if (keeper->state == MACHINE_STARTING)
		keeper_state_set(keeper, status ? MACHINE_TROUBLE : MACHINE_READY);
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
static void agent_hello(struct keeper *keeper, const struct agent_header *header,
			const char *payload)
{
	char boot[64], id[64];

	if (!agentflow_hello(header, payload, boot, id) || !strcmp(id, keeper->agent_id))
		return;
	if (!timing_rate_take(&keeper->hellos)) {
		keeper->hello_owed = true;
		return;
	}
	clients_agent_lost(keeper);
	keeper->agent_answers = true;
	memcpy(keeper->agent_id, id, sizeof(keeper->agent_id));
	time_send(keeper);
	clients_agent_found(keeper);
	if (strcmp(boot, keeper->boot))
		boot_begin(keeper, boot);
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

	if (keeper->hello_owed && timing_rate_take(&keeper->hellos)) {
		keeper->hello_owed = false;
		agentlink_send(&keeper->agent, AGENT_HELLO, 0, NULL, 0);
	}
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

/* Returns when to connect again after a connection that began at @since: 0, at once. */
static double retry_time(double since)
{
	double now = timing_seconds();

	return now - since < short_seconds ? now + pause_seconds : 0;
}

static void agent_close(struct keeper *keeper)
{
	agentlink_release(&keeper->agent);
	keeper->agent_answers = false;
	keeper->hello_owed = false;
	*keeper->agent_id = '\0';
	keeper->agent_retry = retry_time(keeper->agent_since);
	clients_agent_lost(keeper);
	if (keeper->state != MACHINE_STOPPING)
		keeper_state_set(keeper, MACHINE_BOOTING);
}

static void agent_take(struct keeper *keeper)
{
	struct agent_header header;
	const char *payload;
	ssize_t size = agentlink_receive(&keeper->agent);

	if (size == -EAGAIN)
		return;
	if (size <= 0) {
		agent_close(keeper);
		return;
	}
	keeper->ping_sent = 0;
	keeper->agent_heard = timing_seconds();
	while (agentlink_next(&keeper->agent, &header, &payload)) {
		if (header.channel)
			clients_agent_frame(keeper, &header, payload);
		else if (header.type == AGENT_HELLO)
			agent_hello(keeper, &header, payload);
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
	double now;
	int fd;

	if (keeper->console_fd >= 0 && keeper->agent.fd >= 0)
		return;
	now = timing_seconds();
	if (keeper->console_fd < 0 && now >= keeper->console_retry) {
		keeper->console_fd = console_connect(keeper, "con0");
		keeper->console_since = now;
	}
	if (keeper->agent.fd >= 0 || now < keeper->agent_retry)
		return;
	fd = console_connect(keeper, "con1");
	if (fd < 0)
		return;
	keeper->agent_since = now;
	agentlink_init(&keeper->agent, fd, AGENT_QUEUE_MAX);
	keeper_report(keeper, "up\n");
	/* The agent may be in the middle of a frame that the last keeper did not finish. */
	agentlink_send_zeros(&keeper->agent);
	agentlink_send(&keeper->agent, AGENT_HELLO, 0, NULL, 0);
}

static void console_take(struct keeper *keeper)
{
	char data[AGENT_PAYLOAD_MAX];
	size_t size = keeper_console_read(keeper, data, sizeof(data));

	if (keeper->console_fd < 0)
		keeper->console_retry = retry_time(keeper->console_since);
	if (size)
		clients_console_output(data, size);
}

/* ---- the loop ---------------------------------------------------------------------- */

void keeper_loop_init(struct keeper *keeper)
{
	keeper->kernel_fd = keeper->ctl_fd = keeper->console_fd = keeper->console_log_fd = -1;
	keeper->agent.fd = -1;
	keeper->hellos = (struct timing_rate){ .per_second = 0.5, .burst = HELLO_BURST };
	keeper->state_changed = clients_state_changed;
}

/* Returns the timeout of poll(). While an answer is due, agent_check() must run every second. */
static int poll_ms(const struct keeper *keeper)
{
	/* The kernel cannot tell us when it has opened its sockets, so try again soon. */
	if (keeper->console_fd < 0 || keeper->agent.fd < 0)
		return RETRY_MS;
	return keeper->ping_sent > 0 || keeper->stop_asked > 0 || keeper->hello_owed ||
	       clients_wait() ? 1000 : -1;
}

static bool readable(int fd)
{
	return poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0;
}

bool keeper_loop_step(struct keeper *keeper, int wait_ms)
{
	enum { KERNEL, CONSOLE, AGENT, CTL, CLIENTS };
	struct pollfd polled[CLIENTS + KEEPER_CLIENTS];
	int nr, own_ms = poll_ms(keeper);

	consoles_connect(keeper);
	keeper_console_flush(keeper);
	keeper_script_credit(keeper);
	nr = clients_poll_fill(keeper, polled + CLIENTS, KEEPER_CLIENTS);
	agentlink_flush(&keeper->agent);
	polled[KERNEL] = (struct pollfd){ .fd = keeper->kernel_fd, .events = POLLIN };
	polled[CONSOLE] = (struct pollfd){ .fd = keeper->console_fd,
		.events = POLLIN | (keeper->typed_size ? POLLOUT : 0) };
	polled[AGENT] = (struct pollfd){ .fd = keeper->agent.fd,
		.events = POLLIN | (agentlink_pending(&keeper->agent) ? POLLOUT : 0) };
	polled[CTL] = (struct pollfd){ .fd = clients_have_room(keeper) ? keeper->ctl_fd : -1,
		.events = POLLIN };
	if (wait_ms < 0 || (own_ms >= 0 && own_ms < wait_ms))
		wait_ms = own_ms;
	if (poll(polled, CLIENTS + nr, wait_ms) < 0)
		return true;
	agent_check(keeper);
	clients_poll_done(keeper, polled + CLIENTS, nr);
	if (polled[CONSOLE].revents & (POLLIN | POLLHUP | POLLERR))
		console_take(keeper);
	if (polled[AGENT].revents & (POLLIN | POLLHUP | POLLERR))
		agent_take(keeper);
	/* The agent reads so slowly that a frame for it was lost: begin again with a new link. */
	if (keeper->agent.failed) {
		keeper_note("the agent does not read");
		agent_close(keeper);
	}
	if (polled[CTL].revents)
		clients_accept(keeper);
	if (!polled[KERNEL].revents)
		return true;
	/* Read the last output of the machine, but no more than a socket and its log can hold. */
	for (int i = 0; i < LAST_READS && keeper->console_fd >= 0 &&
	     readable(keeper->console_fd); i++)
		console_take(keeper);
	return false;
}

void keeper_loop_end(struct keeper *keeper)
{
	clients_agent_lost(keeper);
	clients_close(keeper);
	agentlink_release(&keeper->agent);
	if (keeper->console_fd >= 0)
		close(keeper->console_fd);
	if (keeper->console_log_fd >= 0)
		close(keeper->console_log_fd);
	keeper->console_fd = keeper->console_log_fd = -1;
}
