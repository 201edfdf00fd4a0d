// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine_wait.c - follow the state of machines, as their keepers report it
 *
 * Called by machine_start.c, labmake.c and the verbs, in the command.
 *
 * Theory of operation
 *   A watch is a connection to the machine's keeper on which the frame AGENT_WATCH was sent.
 *   The keeper answers with AGENT_STATE, and sends another AGENT_STATE at each change. The
 *   connection ends with the keeper, which ends after it has recorded the end of its machine. If
 *   the keeper was killed instead, the machine still runs, and the watch connects to the next
 *   keeper. So waiting needs no timer: the command sleeps in poll() until a state has changed.
 */
#include "machine/machine_wait.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/timing.h"
#include "machine/machine_connect.h"

bool machine_has_stopped(enum machine_state state)
{
	return state == MACHINE_STOPPED;
}

bool machine_has_booted(enum machine_state state)
{
	return state != MACHINE_BOOTING;
}

bool machine_has_started(enum machine_state state)
{
	return state != MACHINE_BOOTING && state != MACHINE_STARTING;
}

/* ---- one watch --------------------------------------------------------------------- */

static void watch_connect(struct machine_watch *watch)
{
	int fd = machine_connect(watch->machine);

	watch->link.fd = -1;
	if (fd < 0) {
		watch->state = MACHINE_STOPPED;
		return;
	}
	fd_set_nonblock(fd, true);
	agentlink_init(&watch->link, fd, AGENT_PAYLOAD_MAX);
	agentlink_send(&watch->link, AGENT_WATCH, 0, NULL, 0);
	agentlink_flush(&watch->link);
}

void machine_watch_open(struct machine_watch *watch, const struct machine *machine)
{
	*watch = (struct machine_watch){ .machine = machine };
	watch->state = machine_state(machine, NULL);
	watch_connect(watch);
}

bool machine_watch_take(struct machine_watch *watch)
{
	struct agent_header header;
	const char *payload;
	ssize_t size = agentlink_receive(&watch->link);
	bool changed = false;

	if (size == -EAGAIN)
		return false;
	while (agentlink_next(&watch->link, &header, &payload))
		if (header.type == AGENT_STATE) {
			watch->state = machine_state_parse(payload, header.size);
			changed = true;
		}
	if (size <= 0) {
		agentlink_release(&watch->link);
		watch_connect(watch);
		changed = true;
	}
	return changed;
}

void machine_watch_close(struct machine_watch *watch)
{
	agentlink_release(&watch->link);
}

/* ---- waiting ----------------------------------------------------------------------- */

static bool watch_is_done(const struct machine_watch *watch, bool (*done)(enum machine_state))
{
	return watch->link.fd < 0 || done(watch->state);
}

bool machine_wait(const struct machine *machine, bool (*done)(enum machine_state), double seconds)
{
	double deadline = timing_deadline(seconds);
	struct machine_watch watch;
	int wait_ms;
	bool in_time;

	machine_watch_open(&watch, machine);
	while (!watch_is_done(&watch, done) && (wait_ms = timing_poll_ms(deadline)))
		if (poll(&(struct pollfd){ .fd = watch.link.fd, .events = POLLIN }, 1, wait_ms) > 0)
			machine_watch_take(&watch);
	in_time = watch_is_done(&watch, done);
	machine_watch_close(&watch);
	return in_time;
}

int machine_wait_all(const struct machines *machines, bool (*done)(enum machine_state),
		     double seconds, const struct machine_wait_hooks *hooks)
{
	struct machine_watch *watches = txt_alloc(machines->nr, sizeof(*watches));
	struct pollfd *polled = txt_alloc(machines->nr, sizeof(*polled));
	double deadline = timing_deadline(seconds);
	int left, wait_ms;

	for (int i = 0; i < machines->nr; i++) {
		machine_watch_open(&watches[i], &machines->at[i]);
		hooks->changed(i, watches[i].state, hooks->context);
	}
	for (;;) {
		left = 0;
		for (int i = 0; i < machines->nr; i++) {
			bool waits = !watch_is_done(&watches[i], done);

			left += waits;
			polled[i] = (struct pollfd){ .fd = waits ? watches[i].link.fd : -1,
						     .events = POLLIN };
		}
		if (hooks->tick)
			hooks->tick(hooks->context);
		wait_ms = timing_poll_ms(deadline);
		if (!left || !wait_ms)
			break;
		if (hooks->tick_ms && (wait_ms < 0 || wait_ms > hooks->tick_ms))
			wait_ms = hooks->tick_ms;
		if (poll(polled, machines->nr, wait_ms) <= 0)
			continue;
		for (int i = 0; i < machines->nr; i++)
			if (polled[i].revents && machine_watch_take(&watches[i]))
				hooks->changed(i, watches[i].state, hooks->context);
	}
	for (int i = 0; i < machines->nr; i++)
		machine_watch_close(&watches[i]);
	free(watches);
	free(polled);
	return left;
}
