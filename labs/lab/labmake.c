// SPDX-License-Identifier: GPL-2.0-only
/*
 * labmake.c - from a lab's description to its machines, and their start together
 *
 * Every machine gets a child process here that starts it (machine_start() takes a moment),
 * at most `jobs` of them boot at the same time, and none before those that lab.dep puts
 * before it are ready. What is shown comes from the machines' own status files, so it is
 * true whoever does the starting. Killing this process leaves machines that were begun to
 * finish by themselves.
 */
#include "lab/labmake.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "image/image.h"
#include "lab/labdir.h"
#include "lab/labnet.h"
#include "base/progress.h"
#include "machine/usage.h"
#include "base/where.h"

/* ---- description ------------------------------------------------------------------- */

static void mount_add(struct conf *conf, bool writable, const char *guest, const char *host)
{
	conf_add(conf, "mount", txt_printf("%s:%s:%s", writable ? "rw" : "ro", guest, host));
}

/* HOST|GUEST[|ro|rw], relative to the lab. */
static void volume_add(const struct lab *lab, struct conf *conf, const char *value)
{
	struct words parts = { 0 };
	char *host;

	words_split(&parts, value, "|");
	host = *parts.at[0] == '/' ? parts.at[0] : txt_printf("%s/%s", lab->dir, parts.at[0]);
	if (file_exists(host))
		mount_add(conf, parts.nr > 2 && !strcmp(parts.at[2], "rw"), parts.at[1], host);
	else
		tell_warning(_("the volume %s is not there"), host);
}

static void mounts_describe(const struct lab *lab, const struct lab_machine *from, const struct labmake_options *options, struct conf *conf)
{
	char *shared = txt_printf("%s/shared", lab->dir);
	bool writable = !access(lab->dir, W_OK);

	mount_add(conf, writable, "/hostlab", lab->dir);
	if (file_exists(shared) && !options->no_shared) {
		conf_set(conf, "shared", lab->dialect == LAB_NETKIT ? "copy" : "mount");
		if (lab->dialect != LAB_NETKIT)
			mount_add(conf, !access(shared, W_OK), "/shared", shared);
	}
	if (options->hosthome && !lab_option_true(from, "no-hosthome"))
		mount_add(conf, true, "/hosthome", lab_option_get(from, "hosthome") ? : getenv("HOME"));
	for (int i = 0; i < from->nr_options; i++)
		if (!strcmp(from->options[i].key, "volume"))
			volume_add(lab, conf, from->options[i].value);
}

/* At least what the image needs: labs of 2005 ask for 32 MB. */
static void memory_describe(const char *wanted, const struct image *image, struct conf *conf)
{
	const char *least = conf_get(&image->info, "mem_min");
	uint64_t size, floor = 96 << 20;

	if (!wanted || !txt_size_parse(wanted, 1 << 20, &size))
		return;
	if (least)
		txt_size_parse(least, 1 << 20, &floor);
	conf_setf(conf, "mem", "%luM", (unsigned long)((size < floor ? floor : size) >> 20));
}

int labmake_describe(const struct lab *lab, const struct lab_machine *from, const struct labmake_options *options,
		     struct machine *machine, char **reason)
{
	static const char *const copied[] = { "cpus", "disk", "rate", "exec", "sysctl", "env", "shell", "ulimit", "ipv6", "port", "append" };
	const char *wanted = lab_option_get(from, "image");
	struct conf *conf = &machine->conf;
	struct image image;
	int error;

	machine_describe(machine, txt_printf("%s/%s", lab_id(lab->dir), from->name));
	error = image_find(wanted ? wanted : image_default(), &image, reason);
	/* An image of a registry: authors assume a system that has everything. */
	if (error && wanted)
		error = image_find(image_default(), &image, reason);
	if (error)
		return error;
	conf_set(conf, "lab", lab->dir);
	conf_set(conf, "dialect", lab->dialect == LAB_NETKIT ? "netkit" : "kathara");
	memory_describe(lab_option_get(from, "mem"), &image, conf);
	for (int i = 0; i < from->nr_options; i++)
		for (size_t j = 0; j < sizeof(copied) / sizeof(*copied); j++)
			if (!strcmp(from->options[i].key, copied[j]))
				conf_add(conf, copied[j], from->options[i].value);
	for (int i = 0; i < options->settings.nr; i++) {
		const char *equal = strchr(options->settings.at[i], '=');

		if (equal && txt_starts(options->settings.at[i], "mem="))
			memory_describe(equal + 1, &image, conf);
		else if (equal)
			conf_add(conf, txt_copy_part(options->settings.at[i], equal - options->settings.at[i]), equal + 1);
	}
	/* Without a word on it IPv6 is off in Kathará. */
	if (!conf_get(conf, "ipv6") && lab->dialect == LAB_KATHARA)
		conf_set(conf, "ipv6", "false");
	if (options->exam)
		conf_set(conf, "exam", "true");
	image_apply(&image, conf);
	mounts_describe(lab, from, options, conf);
	return labnet_describe(lab, from, machine, reason);
}

/* ---- memory ------------------------------------------------------------------------ */

enum { TYPICAL_MB = 110 };	/* what a machine really takes of its memory, once booted */

static bool memory_suffices(const struct machine *machines, int nr, bool force)
{
	uint64_t available = usage_memory_free(), most = 0, typical = 0, size;

	for (int i = 0; i < nr; i++) {
		if (machine_runs(&machines[i]) || !txt_size_parse(conf_get(&machines[i].conf, "mem"), 1 << 20, &size))
			continue;
		most += size;
		typical += size < (uint64_t)TYPICAL_MB << 20 ? size : (uint64_t)TYPICAL_MB << 20;
	}
	if (typical > available && !force) {
		tell_error(_("this host has %s of memory left; the machines would take %s to begin with and up to %s. "
			     "Start fewer, or --force"), txt_size(available), txt_size(typical), txt_size(most));
		return false;
	}
	if (most > available)
		tell_detail(_("the machines may take up to %s; this host has %s left"), txt_size(most), txt_size(available));
	return true;
}

/* The lab's own limits: what its machines may take together. */
static void lab_limits_apply(struct machine *machines, int nr, const struct labmake_options *options)
{
	uint64_t sum = 0, size;

	for (int i = 0; i < nr; i++) {
		if (txt_size_parse(conf_get(&machines[i].conf, "mem"), 1 << 20, &size))
			sum += size;
		if (options->lab_cpus > 0 && !conf_get(&machines[i].conf, "cpus"))
			conf_setf(&machines[i].conf, "cpus", "%.3g", options->lab_cpus / nr < 1 ? options->lab_cpus / nr : 1);
	}
	if (options->lab_memory && sum > options->lab_memory)
		die(STATUS_FAILED, _("the machines are to have %s together, the lab's limit is %s; --pass mem=SIZE gives each less"),
		    txt_size(sum), txt_size(options->lab_memory));
}

/* ---- start ------------------------------------------------------------------------- */

enum step { STEP_WAITING, STEP_STARTING, STEP_DONE, STEP_FAILED };

struct start {
	struct machine machine;
	const struct lab_machine *from;
	enum step step;
	pid_t pid;		/* who starts it */
	bool found_running;
};

struct batch {
	struct start *starts;
	int nr;
	const struct labmake_options *options;
	int jobs;
	struct timespec begin;
};

static bool chosen(const struct labmake_options *options, const char *name)
{
	return (!options->only.nr || words_have(&options->only, name)) && !words_have(&options->except, name);
}

static bool needs_met(const struct batch *batch, const struct lab_machine *from)
{
	for (int i = 0; i < from->needs.nr; i++)
		for (int j = 0; j < batch->nr; j++)
			if (!strcmp(batch->starts[j].from->name, from->needs.at[i]) && batch->starts[j].step < STEP_DONE)
				return false;
	return true;
}

static void start_begin(struct start *start, const struct labmake_options *options)
{
	char *reason = NULL;
	int error;

	start->step = options->no_wait ? STEP_DONE : STEP_STARTING;
	start->found_running = machine_runs(&start->machine);
	if (start->found_running) {
		/* Its network may be a new one, in place of one that was killed. */
		labnet_limits_apply(&start->machine);
		return;
	}
	fflush(NULL);
	start->pid = fork();
	if (start->pid)
		return;
	error = machine_save(&start->machine);
	labnet_limits_apply(&start->machine);
	if (!error)
		error = machine_start(&start->machine, &reason);
	if (error >= 0)
		_exit(0);
	tell_error(_("%s does not start: %s"), start->machine.name, reason ? reason : strerror(-error));
	_exit(1);
}

static void show(struct batch *batch, int at, const char *text, bool good, bool ended)
{
	progress_set(at, batch->starts[at].machine.name, text, good, ended);
}

static void start_look(struct batch *batch, int at)
{
	struct start *start = &batch->starts[at];
	enum machine_state state;
	int status = 0;

	if (start->pid > 0) {
		if (waitpid(start->pid, &status, WNOHANG) != start->pid) {
			show(batch, at, machine_state_name(MACHINE_BOOTING), true, false);
			return;
		}
		start->pid = 0;
		if (status) {
			start->step = STEP_FAILED;
			show(batch, at, _("failed"), false, true);
			return;
		}
	}
	if (start->step != STEP_STARTING)
		return;
	state = machine_state(&start->machine, NULL);
	if (state == MACHINE_BOOTING || state == MACHINE_STARTING) {
		show(batch, at, machine_state_name(state), true, false);
		return;
	}
	start->step = state == MACHINE_READY ? STEP_DONE : STEP_FAILED;
	show(batch, at, start->found_running && state == MACHINE_READY ? _("ran already") : machine_state_name(state),
	     state == MACHINE_READY, true);
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) * 1e-9;
}

/* Until all have ended well or not; the number of those still under way when time is over. */
static int batch_run(struct batch *batch)
{
	int active, left;

	do {
		active = left = 0;
		for (int i = 0; i < batch->nr; i++) {
			start_look(batch, i);
			active += batch->starts[i].step == STEP_STARTING || batch->starts[i].pid > 0;
		}
		for (int i = 0; i < batch->nr; i++) {
			if (batch->starts[i].step == STEP_WAITING && active < batch->jobs && needs_met(batch, batch->starts[i].from)) {
				start_begin(&batch->starts[i], batch->options);
				active++;
			}
			left += batch->starts[i].step < STEP_DONE || batch->starts[i].pid > 0;
		}
		progress_draw();
		if (left)
			poll(NULL, 0, 50);
	} while (left && seconds_since(&batch->begin) < batch->options->timeout);
	return left;
}

static enum status summary(const struct batch *batch, int left)
{
	int nr_ready = 0, slowest = -1;
	enum status status = STATUS_OK;

	for (int i = 0; i < batch->nr; i++) {
		const struct start *start = &batch->starts[i];

		nr_ready += start->step == STEP_DONE;
		if (start->step == STEP_FAILED) {
			status = STATUS_FAILED;
			if (machine_state(&start->machine, NULL) == MACHINE_TROUBLE)
				tell_error(_("a startup file of %s failed; `umlab log --startup %s` shows it"), start->machine.name, start->machine.id);
			else
				tell_error(_("%s has not become ready; `umlab log %s` shows its last words"), start->machine.name, start->machine.id);
		}
		if (start->step < STEP_DONE)
			slowest = i;
	}
	if (left && slowest >= 0) {
		tell_error(_("%d of %d machines are not ready after %.0f s, among them %s"), left, batch->nr, batch->options->timeout,
			   batch->starts[slowest].machine.name);
		return STATUS_TIMEOUT;
	}
	tell_note(_("%d of %d machines ready after %.1f s"), nr_ready, batch->nr, seconds_since(&batch->begin));
	return status;
}

enum status labmake_start(const struct lab *lab, const struct labmake_options *options)
{
	struct batch batch = { .options = options };
	struct machine *machines = calloc(lab->nr_machines + 1, sizeof(*machines));
	char *reason;
	int left;

	clock_gettime(CLOCK_MONOTONIC, &batch.begin);
	batch.starts = calloc(lab->nr_machines + 1, sizeof(*batch.starts));
	if (!machines || !batch.starts)
		die(STATUS_FAILED, "out of memory");
	/* Twice as many as processors: some always wait for the disk. */
	batch.jobs = options->jobs > 0 ? options->jobs : 2 * (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (options->no_wait)
		batch.jobs = lab->nr_machines;
	for (int i = 0; i < options->only.nr; i++)
		if (!lab_machine_find(lab, options->only.at[i]))
			die(STATUS_ABSENT, _("the lab has no machine %s"), options->only.at[i]);
	for (int i = 0; i < lab->nr_machines; i++) {
		if (!chosen(options, lab->machines[i].name))
			continue;
		if (labmake_describe(lab, &lab->machines[i], options, &machines[batch.nr], &reason))
			die(STATUS_FAILED, "%s", reason);
		batch.starts[batch.nr++].from = &lab->machines[i];
	}
	lab_limits_apply(machines, batch.nr, options);
	for (int i = 0; i < batch.nr; i++)
		batch.starts[i].machine = machines[i];
	if (!memory_suffices(machines, batch.nr, options->force))
		return STATUS_FAILED;
	if (lab_state_write(lab_id(lab->dir), lab))
		die(STATUS_FAILED, _("cannot write below %s: %s"), where_state(), strerror(errno));
	if (labnet_lab_start(lab, &reason))
		die(STATUS_FAILED, "%s", reason);
	progress_begin(batch.nr);
	left = batch_run(&batch);
	progress_end();
	return summary(&batch, left);
}

/* ---- stop -------------------------------------------------------------------------- */

enum status labmake_stop(const struct machines *machines, bool at_once, double timeout)
{
	struct timespec begin;
	int left = machines->nr, nr_running = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < machines->nr; i++) {
		if (!machine_runs(&machines->at[i]))
			continue;
		nr_running++;
		if (at_once ? machine_kill(&machines->at[i]) : machine_stop(&machines->at[i]))
			tell_error(_("%s cannot be ended"), machines->at[i].name);
	}
	if (!nr_running)
		return STATUS_OK;
	progress_begin(machines->nr);
	while (left && seconds_since(&begin) < timeout) {
		left = 0;
		for (int i = 0; i < machines->nr; i++) {
			enum machine_state state = machine_state(&machines->at[i], NULL);

			progress_set(i, machines->at[i].name, machine_state_name(state), true, state == MACHINE_STOPPED);
			left += state != MACHINE_STOPPED;
		}
		progress_draw();
		if (left)
			poll(NULL, 0, 50);
	}
	progress_end();
	if (!left)
		return STATUS_OK;
	tell_error(_("%d machines still run after %.0f s; `umlab lcrash` ends them"), left, timeout);
	return STATUS_TIMEOUT;
}
