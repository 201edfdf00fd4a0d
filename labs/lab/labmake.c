// SPDX-License-Identifier: GPL-2.0-only
/*
 * labmake.c - make machines from a lab's description, and start and stop them together
 *
 * Called by the verbs about labs, classes and checks. The lines of lab.conf become the
 * machine.conf of each machine. Then machine_start.c starts the machines, at most `jobs` at a time,
 * and each only after the machines that lab.dep requires. The progress table shows the states that
 * the machines' keepers report, even if another command started the machines. This process may be
 * killed: starts that have begun go on.
 */
#include "lab/labmake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/progress.h"
#include "base/timing.h"
#include "base/usage.h"
#include "base/where.h"
#include "image/image.h"
#include "lab/labnet.h"
#include "machine/labdir.h"
#include "machine/machine_end.h"
#include "machine/machine_start.h"
#include "machine/machine_wait.h"
#include "machine/nic.h"

/* ---- description ------------------------------------------------------------------- */

/* Sets the memory to @wanted, but at least to what the image needs: old labs ask for 32 MB. */
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

/* Applies the settings KEY=VALUE that the command line contains for every machine. */
static void settings_describe(const struct labmake_options *options, const struct image *image,
			      struct conf *conf)
{
	for (int i = 0; i < options->settings.nr; i++) {
		const char *setting = options->settings.at[i], *equal = strchr(setting, '=');

		if (equal && txt_starts(setting, "mem="))
			memory_describe(equal + 1, image, conf);
		else if (equal)
			conf_add(conf, txt_copy_part(setting, equal - setting), equal + 1);
	}
}

static int image_choose(const char *wanted, struct image *image, char **reason)
{
	int error = image_find(wanted ? wanted : image_default(), image, reason);

	/* If the lab names an image that this host does not have, use the default image. */
	return error && wanted ? image_find(image_default(), image, reason) : error;
}

int labmake_describe(const struct lab *lab, const struct lab_machine *from,
		     const struct labmake_options *options, struct machine *machine, char **reason)
{
	static const char *const copied[] = { "cpus", "disk", "rate", "exec", "sysctl", "env",
		"shell", "ulimit", "ipv6", "port", "append" };
	struct conf *conf = &machine->conf;
	struct image image;
	int error;

	machine_describe(machine, txt_printf("%s/%s", lab_id(lab->dir), from->name));
	error = image_choose(lab_option_get(from, "image"), &image, reason);
	if (error)
		return error;
	conf_set(conf, "lab", lab->dir);
	conf_set(conf, "dialect", lab->dialect == LAB_NETKIT ? "netkit" : "kathara");
	memory_describe(lab_option_get(from, "mem"), &image, conf);
	for (int i = 0; i < from->nr_options; i++)
		for (size_t j = 0; j < sizeof(copied) / sizeof(*copied); j++)
			if (!strcmp(from->options[i].key, copied[j]))
				conf_add(conf, copied[j], from->options[i].value);
	settings_describe(options, &image, conf);
	/* In Kathará, IPv6 is off by default. */
	if (!conf_get(conf, "ipv6") && lab->dialect == LAB_KATHARA)
		conf_set(conf, "ipv6", "false");
	if (options->exam)
		conf_set(conf, "exam", "true");
	image_apply(&image, conf);
	error = labmounts_describe(lab, from, &options->mounts, conf, reason);
	if (error)
		return error;
	labnet_describe(lab, from, machine);
	return 0;
}

/* ---- memory ------------------------------------------------------------------------ */

enum { TYPICAL_MB = 110 };	/* memory that a machine typically uses after booting */

static bool memory_suffices(const struct machine *machines, int nr, bool force)
{
	uint64_t available = usage_memory_free(), most = 0, typical = 0, size;
	const uint64_t usual = (uint64_t)TYPICAL_MB << 20;

	for (int i = 0; i < nr; i++) {
		if (machine_runs(&machines[i]) ||
		    !txt_size_parse(conf_get(&machines[i].conf, "mem"), 1 << 20, &size))
			continue;
		most += size;
		typical += size < usual ? size : usual;
	}
	if (typical > available && !force) {
		tell_error(_("this host has %s of memory left; the machines would take %s at first "
			     "and up to %s; start fewer, or use --force"), txt_size(available),
			   txt_size(typical), txt_size(most));
		return false;
	}
	if (most > available)
		tell_detail(_("the machines may take up to %s; this host has %s left"),
			    txt_size(most), txt_size(available));
	return true;
}

/* Divides the lab's limits on memory and processors among its machines. */
static bool lab_limits_apply(struct machine *machines, int nr,
			     const struct labmake_options *options)
{
	double share = options->lab_cpus / (nr ? nr : 1);
	uint64_t sum = 0, size;

	for (int i = 0; i < nr; i++) {
		if (txt_size_parse(conf_get(&machines[i].conf, "mem"), 1 << 20, &size))
			sum += size;
		if (options->lab_cpus > 0 && !conf_get(&machines[i].conf, "cpus"))
			conf_setf(&machines[i].conf, "cpus", "%.3g", share < 1 ? share : 1);
	}
	if (!options->lab_memory || sum <= options->lab_memory)
		return true;
	tell_error(_("the machines need %s together, but the lab's limit is %s; "
		     "--pass mem=SIZE gives each less"), txt_size(sum),
		   txt_size(options->lab_memory));
	return false;
}

/* ---- start ------------------------------------------------------------------------- */

enum { TICK_MS = 100 };		/* how often the table on a terminal is drawn */

/* The machines that one command starts. All arrays have the same order. */
struct batch {
	struct machine *machines;
	const struct lab_machine **from;
	struct machine_start *starts;
	int nr;
	const struct labmake_options *options;
};

static bool chosen(const struct labmake_options *options, const char *name)
{
	return (!options->only.nr || words_have(&options->only, name)) &&
	       !words_have(&options->except, name);
}

/* Have the starts of all machines that this machine needs ended? They may have failed. */
static bool may_begin(const struct machine_start *start, void *context)
{
	const struct batch *batch = context;
	const struct words *needs = &batch->from[start - batch->starts]->needs;

	for (int i = 0; i < batch->nr; i++)
		if (batch->starts[i].step != START_ENDED &&
		    words_have(needs, batch->from[i]->name))
			return false;
	return true;
}

static int begin(struct machine_start *start, void *context)
{
	(void)context;
	return machine_save(start->machine);
}

static bool failed(const struct machine_start *start)
{
	return start->error || (start->state != MACHINE_READY && start->state != MACHINE_BOOTING);
}

static void changed(const struct machine_start *start, void *context)
{
	const struct batch *batch = context;
	bool ended = start->step == START_ENDED, ready = start->state == MACHINE_READY;
	const char *text = machine_state_name(MACHINE_BOOTING);

	if (start->step == START_WAITING)
		return;
	if (ended && start->error)
		text = _("failed");
	else if (ended && ready && start->ran_already)
		text = _("ran already");
	else if (start->state != MACHINE_STOPPED || ended)
		text = machine_state_name(start->state);
	/* With no_wait a start ends early: let the clock of a booting machine go on. */
	progress_set(start - batch->starts, start->machine->name, text, !failed(start) || !ended,
		     ended && !(batch->options->no_wait && !start->error));
}

static void tick(void *context)
{
	(void)context;
	progress_draw();
}

static void tell_failed(const struct machine_start *start)
{
	const struct machine *machine = start->machine;

	if (start->error)
		tell_error(_("%s does not start: %s"), machine->name,
			   start->reason ? start->reason : strerror(-start->error));
	else if (start->state == MACHINE_TROUBLE)
		tell_error(_("a startup file of %s failed; 'umlab log --startup %s' shows it"),
			   machine->name, machine->id);
	else
		tell_error(_("%s has not become ready; 'umlab log %s' shows its last words"),
			   machine->name, machine->id);
}

static enum status summary(const struct batch *batch, int left, double seconds)
{
	const struct machine_start *slowest = NULL;
	enum status status = STATUS_OK;
	int nr_ready = 0;

	for (int i = 0; i < batch->nr; i++) {
		const struct machine_start *start = &batch->starts[i];

		if (start->step != START_ENDED) {
			slowest = start;
		} else if (failed(start)) {
			tell_failed(start);
			status = STATUS_FAILED;
		} else {
			nr_ready++;
		}
	}
	if (left) {
		tell_error(_("%d of %d machines are not ready after %.0f s, among them %s"), left,
			   batch->nr, batch->options->timeout, slowest->machine->name);
		return STATUS_TIMEOUT;
	}
	tell_note(_("%d of %d machines ready after %.1f s"), nr_ready, batch->nr, seconds);
	return status;
}

static enum status batch_run(struct batch *batch)
{
	const struct labmake_options *options = batch->options;
	struct machine_start_rules rules = { .timeout = options->timeout,
					     .no_wait = options->no_wait,
		.jobs = options->jobs, .may_begin = may_begin, .begin = begin, .changed = changed,
		.tick = tick, .context = batch };
	double since = timing_seconds();
	int left;

	/* Boot two machines for each processor, because some of them wait for the disk. */
	if (!rules.jobs && !rules.no_wait)
		rules.jobs = 2 * (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (tell_fancy(STDERR_FILENO))
		rules.tick_ms = TICK_MS;
	for (int i = 0; i < batch->nr; i++)
		batch->starts[i].machine = &batch->machines[i];
	progress_begin(batch->nr);
	left = machine_start_all(batch->starts, batch->nr, &rules);
	progress_end();
	return summary(batch, left, timing_seconds() - since);
}

/* Fills the batch with the machines that the options choose. */
static enum status batch_describe(struct batch *batch, const struct lab *lab)
{
	const struct labmake_options *options = batch->options;
	char *reason;

	for (int i = 0; i < options->only.nr; i++)
		if (!lab_machine_find(lab, options->only.at[i])) {
			tell_error(_("the lab has no machine %s"), options->only.at[i]);
			return STATUS_ABSENT;
		}
	for (int i = 0; i < lab->nr_machines; i++) {
		if (!chosen(options, lab->machines[i].name))
			continue;
		if (labmake_describe(lab, &lab->machines[i], options, &batch->machines[batch->nr],
				     &reason)) {
			tell_error("%s", reason);
			return STATUS_FAILED;
		}
		batch->from[batch->nr++] = &lab->machines[i];
	}
	return STATUS_OK;
}

enum status labmake_start(const struct lab *lab, const struct labmake_options *options)
{
	struct batch batch = {
		.machines = txt_alloc(lab->nr_machines, sizeof(*batch.machines)),
		.from = txt_alloc(lab->nr_machines, sizeof(*batch.from)),
		.starts = txt_alloc(lab->nr_machines, sizeof(*batch.starts)),
		.options = options,
	};
	enum status status = batch_describe(&batch, lab);
	char *reason;
	int error;

	if (status)
		return status;
	if (labmounts_check(batch.machines, batch.nr, &reason)) {
		tell_error("%s", reason);
		return STATUS_FAILED;
	}
	if (!lab_limits_apply(batch.machines, batch.nr, options) ||
	    !memory_suffices(batch.machines, batch.nr, options->force))
		return STATUS_FAILED;
	error = lab_state_write(lab_id(lab->dir), lab->dir, lab->name);
	if (error) {
		tell_error(_("cannot write below %s: %s"), where_state(), strerror(-error));
		return STATUS_FAILED;
	}
	if (labnet_start(lab, &reason)) {
		tell_error("%s", reason);
		return STATUS_FAILED;
	}
	return batch_run(&batch);
}

/* ---- stop -------------------------------------------------------------------------- */

static void stop_changed(int at, enum machine_state state, void *context)
{
	const struct machines *machines = context;

	progress_set(at, machines->at[at].name, machine_state_name(state), true,
		     state == MACHINE_STOPPED);
}

enum status labmake_stop(const struct machines *machines, bool at_once, double timeout)
{
	const struct machine_wait_hooks hooks = { .changed = stop_changed, .tick = tick,
		.tick_ms = tell_fancy(STDERR_FILENO) ? TICK_MS : 0, .context = (void *)machines };
	int left, nr_running = 0;

	for (int i = 0; i < machines->nr; i++) {
		const struct machine *machine = &machines->at[i];

		if (!machine_runs(machine))
			continue;
		nr_running++;
		if (at_once ? machine_kill(machine) : machine_stop(machine))
			tell_error(_("%s cannot be stopped"), machine->name);
	}
	if (!nr_running)
		return STATUS_OK;
	progress_begin(machines->nr);
	left = machine_wait_all(machines, machine_has_stopped, timeout, &hooks);
	progress_end();
	if (!left)
		return STATUS_OK;
	tell_error(_("%d machines still run after %.0f s; 'umlab lcrash' kills them"), left,
		   timeout);
	return STATUS_TIMEOUT;
}
