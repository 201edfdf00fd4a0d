// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine_start.c - start machines, one or several at a time
 *
 * Theory of operation
 *   All starts of machines pass through this file. The callers are the verbs for single machines
 *   and labmake.c, which starts labs, also for classes and checks. A start has these steps:
 *     WAITING   until fewer than `jobs` other starts are under way and may_begin() agrees
 *     SPAWNED   a keeper was started; its pipe brings one line, "up" or an error message
 *     BOOTING   a watch (machine_wait.c) brings the machine's states
 *     ENDED     the startup scripts have finished, the machine has ended, or the start failed
 *   One poll() waits for the pipes and watches of all starts, so a lab of a hundred machines
 *   needs no process or thread for each machine. This process may be killed at any time: the
 *   keepers finish the starts that have begun.
 */
#include "machine/machine_start.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/timing.h"
#include "machine/machine_connect.h"
#include "machine/nic.h"

enum { REPORT_SIZE = 512 };

static void start_end(struct machine_start *start, int error, char *reason)
{
	start->step = START_ENDED;
	start->error = error;
	start->reason = reason;
}

static void start_watch(struct machine_start *start, const struct machine_start_rules *rules)
{
	start->state = MACHINE_BOOTING;
	if (rules->no_wait) {
		start_end(start, 0, NULL);
		return;
	}
	start->step = START_BOOTING;
	machine_watch_open(&start->watch, start->machine);
}

static void start_begin(struct machine_start *start, const struct machine_start_rules *rules)
{
	char *reason = NULL;
	int error = 0;

	start->ran_already = machine_runs(start->machine);
	if (!start->ran_already && rules->begin)
		error = rules->begin(start, rules->context);
	if (!error)
		error = nic_switches_start(start->machine, &reason);
	if (!error && start->ran_already) {
		start_watch(start, rules);
		return;
	}
	if (!error)
		error = start->report_fd = machine_keeper_spawn(start->machine);
	if (error < 0)
		start_end(start, error, reason);
	else
		start->step = START_SPAWNED;
}

/* Reads the keeper's report. The keeper writes the whole line in one call and closes the pipe. */
static void report_take(struct machine_start *start, const struct machine_start_rules *rules)
{
	char line[REPORT_SIZE];
	ssize_t size = fd_read(start->report_fd, line, sizeof(line) - 1);

	close(start->report_fd);
	line[size > 0 ? size : 0] = '\0';
	if (txt_starts(line, "up"))
		start_watch(start, rules);
	else
		start_end(start, -EIO, txt_copy(*line ? txt_trim(line) :
						_("its keeper could not be started")));
}

/* Copies the state from the watch, and ends the start if that state is final. */
static void watch_look(struct machine_start *start)
{
	start->state = start->watch.state;
	if (start->watch.link.fd >= 0 && !machine_has_started(start->state))
		return;
	start_end(start, 0, NULL);
	machine_watch_close(&start->watch);
}

static bool under_way(const struct machine_start *start)
{
	return start->step == START_SPAWNED || start->step == START_BOOTING;
}

static void tell_changed(struct machine_start *start, const struct machine_start_rules *rules)
{
	if (rules->changed)
		rules->changed(start, rules->context);
}

/* Begins all starts that may begin. Returns how many starts have not ended. */
static int begin_some(struct machine_start *starts, int nr, const struct machine_start_rules *rules)
{
	int active = 0, left = 0;

	for (int i = 0; i < nr; i++)
		active += under_way(&starts[i]);
	for (int i = 0; i < nr; i++) {
		if (starts[i].step == START_WAITING && (!rules->jobs || active < rules->jobs) &&
		    (!rules->may_begin || rules->may_begin(&starts[i], rules->context))) {
			start_begin(&starts[i], rules);
			if (starts[i].step == START_BOOTING)
				watch_look(&starts[i]);
			tell_changed(&starts[i], rules);
			active += under_way(&starts[i]);
		}
		left += starts[i].step != START_ENDED;
	}
	return left;
}

static void poll_fill(const struct machine_start *starts, int nr, struct pollfd *polled)
{
	for (int i = 0; i < nr; i++)
		polled[i] = (struct pollfd){ .events = POLLIN,
			.fd = starts[i].step == START_SPAWNED ? starts[i].report_fd :
			      starts[i].step == START_BOOTING ? starts[i].watch.link.fd : -1 };
}

static void poll_take(struct machine_start *start, const struct machine_start_rules *rules)
{
	if (start->step == START_SPAWNED)
		report_take(start, rules);
	else
		machine_watch_take(&start->watch);
	if (start->step == START_BOOTING)
		watch_look(start);
	tell_changed(start, rules);
}

int machine_start_all(struct machine_start *starts, int nr, const struct machine_start_rules *rules)
{
	struct pollfd *polled = txt_alloc(nr, sizeof(*polled));
	double deadline = timing_deadline(rules->timeout);
	int left, before, wait_ms;

	for (;;) {
		/* A start that ends immediately may allow others to begin. */
		left = nr;
		do {
			before = left;
			left = begin_some(starts, nr, rules);
		} while (left < before);
		if (rules->tick)
			rules->tick(rules->context);
		wait_ms = timing_poll_ms(deadline);
		if (!left || !wait_ms)
			break;
		if (rules->tick_ms && (wait_ms < 0 || wait_ms > rules->tick_ms))
			wait_ms = rules->tick_ms;
		poll_fill(starts, nr, polled);
		if (poll(polled, nr, wait_ms) <= 0)
			continue;
		for (int i = 0; i < nr; i++)
			if (polled[i].revents)
				poll_take(&starts[i], rules);
	}
	for (int i = 0; i < nr; i++) {
		if (starts[i].step == START_SPAWNED)
			close(starts[i].report_fd);
		if (starts[i].step == START_BOOTING)
			machine_watch_close(&starts[i].watch);
	}
	free(polled);
	return left;
}

int machine_start(struct machine *machine, char **reason)
{
	static const struct machine_start_rules rules = { .timeout = -1, .no_wait = true };
	struct machine_start start = { .machine = machine };
	int fd;

	machine_start_all(&start, 1, &rules);
	*reason = start.reason;
	if (start.error)
		return start.error;
	if (!start.ran_already)
		return 0;
	/* Connecting replaces a keeper that died while the machine was booting. */
	fd = machine_connect(machine);
	if (fd >= 0)
		close(fd);
	return 1;
}
