// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_lab.c - umlab lstart, lrestart, lhalt, lcrash, lclean, linfo, wipe: work on whole labs
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. lab/labfile.c reads the
 * lab, and lab/labmake.c starts and stops its machines. This file chooses the machines, opens
 * terminals and prints results.
 *
 * This file is longer than 500 lines because it contains the help of its verbs too.
 */
#include "cli/verbs_lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/jsontext.h"
#include "base/spawn.h"
#include "base/table.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/json_print.h"
#include "cli/lab_print.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/labfile.h"
#include "lab/labkeys.h"
#include "lab/labmake.h"
#include "lab/labmap.h"
#include "lab/labnet.h"
#include "machine/domain.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/machine_end.h"

/* Prints the lab's name, description and so on to standard error, as Netkit and Kathará do. */
static void banner(const struct lab *lab)
{
	const struct { const char *title, *text; } rows[] = {
		{ N_("Lab"), lab->name }, { N_("Description"), lab->description }, { N_("Version"),
										    lab->version },
		{ N_("Author"), lab->author }, { N_("E-mail"), lab->email }, { N_("Web"),
									      lab->web },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && tell_level >= TELL_NORMAL; i++)
		if (rows[i].text && *rows[i].text)
			clean_printf(stderr, "%-12s %s\n", _(rows[i].title), rows[i].text);
}

static void settings_read(const struct verb_args *args, struct labmake_options *options)
{
	const struct words *passed = verb_values(args, "pass");

	for (int i = 0; i < passed->nr; i++) {
		char *word = txt_copy(passed->at[i]), *equal = strchr(word, '=');
		const struct lab_key *key;
		const char *wrong;

		/* mem=64, or --mem=64 as in Netkit */
		word += strspn(word, "-");
		equal = strchr(word, '=');
		if (equal)
			*equal = '\0';
		key = lab_key_find(word);
		if (!key)
			die_usage(args, _("--pass: unknown option %s of lab.conf"), word);
		wrong = key->check ? key->check(equal ? equal + 1 : "") : NULL;
		if (wrong)
			die_usage(args, "--pass %s: '%s' %s", word, equal ? equal + 1 : "", wrong);
		words_addf(&options->settings, "%s=%s", key->alias_of ? key->alias_of : key->name,
			   equal ? equal + 1 : "true");
	}
}

/* Terminal programs, and the words between the program's name and the command; % is the title. */
static const struct { const char *name, *words[4]; } terminals[] = {
	{ "tmux", { "new-window", "-n", "%" } },
	{ "xterm", { "-T", "%", "-e" } },
	{ "gnome-terminal", { "--title", "%", "--" } },
	{ "kitty", { "-T", "%" } },
	{ "alacritty", { "-T", "%", "-e" } },
	{ "konsole", { "-e" } },
	{ "xfce4-terminal", { "-T", "%", "-x" } },
	{ "wt", { "new-tab", "--title", "%" } },
};

static void terminal_open(const char *name, const struct machine *machine)
{
	for (size_t i = 0; i < sizeof(terminals) / sizeof(*terminals); i++) {
		struct words command = { 0 };

		if (strcmp(terminals[i].name, name))
			continue;
		words_add(&command, name);
		for (int j = 0; j < 4 && terminals[i].words[j]; j++) {
			const char *word = terminals[i].words[j];

			words_add(&command, strcmp(word, "%") ? word : machine->name);
		}
		words_add(&command, where_self());
		words_add(&command, "connect");
		words_add(&command, machine->id);
		if (!fork()) {
			setsid();
			execvp(command.at[0], command.at);
			tell_warning(_("%s: cannot open it: %s"), name, strerror(errno));
			_exit(127);
		}
		return;
	}
	tell_warning(_("%s: unknown terminal program"), name);
}

/* Opens the terminals that --terminals or umlab.conf asks for. The default is tmux or xterm. */
static void terminals_open(const struct verb_args *args, const struct lab *lab,
			   const struct labmake_options *options)
{
	const char *name = verb_value(args, "terminals");

	if (verb_flag(args, "noterminals"))
		return;
	if (!name)
		name = where_setting("terminals");
	if (name && !*name)
		name = getenv("TMUX") ? "tmux" : "xterm";
	if (!name || !strcmp(name, "none"))
		return;
	for (int i = 0; i < lab->nr_machines; i++) {
		const struct lab_machine *from = &lab->machines[i];
		const char *number = lab_option_get(from, "num_terms");
		const char *con = lab_option_get(from, "con0");
		struct machine machine;

		if ((options->only.nr && !words_have(&options->only, from->name)) ||
		    words_have(&options->except, from->name) || (con && !strcmp(con, "none")))
			continue;
		if (!machine_open(&machine, txt_printf("%s/%s", lab_id(lab->dir), from->name)))
			for (int n = number ? atoi(number) : 1; n > 0; n--)
				terminal_open(name, &machine);
	}
}

/* Reads the limits from --lab-mem and --lab-cpus, or from the same settings in umlab.conf. */
static void limits_read(const struct verb_args *args, struct labmake_options *options)
{
	const char *memory = verb_value(args, "lab-mem") ? : where_setting("lab_mem");
	const char *cpus = verb_value(args, "lab-cpus") ? : where_setting("lab_cpus");

	if (memory && !txt_size_parse(memory, 1 << 20, &options->lab_memory))
		die_usage(args, _("--lab-mem: '%s' is not a size"), memory);
	if (cpus && (options->lab_cpus = atof(cpus)) <= 0)
		die_usage(args, _("--lab-cpus: '%s' is not a number above 0"), cpus);
}

static enum status verb_lstart(const struct verb_args *args)
{
	struct labmake_options options = {
		.mounts = {
			.hosthome = verb_flag(args, "hosthome") && !verb_flag(args, "no-hosthome"),
			.no_shared = verb_flag(args, "no-shared"),
			.volumes = verb_flag(args, "volumes"),
		},
		.force = verb_flag(args, "force"),
		.no_wait = verb_flag(args, "no-wait"),
		.exam = verb_flag(args, "exam"),
		.jobs = verb_flag(args, "sequential") ? 1 : verb_number(args, "jobs", 0),
		.timeout = verb_number(args, "timeout", 300),
		.only = args->words,
	};
	enum status status;
	struct lab lab;

	limits_read(args, &options);
	for (int i = 0; i < verb_values(args, "exclude")->nr; i++)
		words_split(&options.except, verb_values(args, "exclude")->at[i], ",");
	settings_read(args, &options);
	find_lab(&lab, verb_value(args, "directory"), verb_flag(args, "force-lab"));
	lab_print_remarks(&lab, stderr, tell_level < TELL_NORMAL);
	for (int i = 0; i < lab.nr_remarks; i++)
		if (lab.remarks[i].severity == LAB_ERROR)
			die(STATUS_FAILED,
			    _("nothing was started; fix the errors in the lab first"));
	if (verb_flag(args, "print")) {
		lab_print_plan(&lab);
		return STATUS_OK;
	}
	banner(&lab);
	status = labmake_start(&lab, &options);
	terminals_open(args, &lab, &options);
	return status;
}

/* Lists the machines that the command names, or all machines of the lab. */
static void machines_of(const struct verb_args *args, struct machines *machines)
{
	const char *dir = verb_value(args, "directory"), *id = find_lab_id(dir);
	int kept = 0;

	machine_list(machines, id);
	for (int i = 0; i < args->words.nr; i++) {
		bool found = false;

		for (int j = 0; j < machines->nr; j++)
			found |= !strcmp(machines->at[j].name, args->words.at[i]);
		if (!found)
			die(STATUS_ABSENT,
			    _("%s: the lab has no such machine, or it was never started"),
			    args->words.at[i]);
	}
	for (int i = 0; i < machines->nr; i++)
		if (!args->words.nr || words_have(&args->words, machines->at[i].name))
			machines->at[kept++] = machines->at[i];
	machines->nr = kept;
}

/* Removes machines, and the networks of labs that have no machines left. */
static enum status remove_all(struct machines *machines)
{
	enum status status = STATUS_OK;
	struct words labs = { 0 };

	for (int i = 0; i < machines->nr; i++) {
		if (machines->at[i].lab && !words_have(&labs, machines->at[i].lab))
			words_add(&labs, machines->at[i].lab);
	}
	for (int i = 0; i < labs.nr; i++) {
		struct machines rest;
		int nr_removed = 0;

		machine_list(&rest, labs.at[i]);
		for (int j = 0; j < machines->nr; j++)
			nr_removed += machines->at[j].lab && !strcmp(machines->at[j].lab,
								     labs.at[i]);
		if (nr_removed == rest.nr)
			labnet_stop(labs.at[i]);
	}
	for (int i = 0; i < machines->nr; i++)
		if (machine_remove(&machines->at[i])) {
			tell_error(_("%s: cannot remove this folder"), machines->at[i].dir);
			status = STATUS_FAILED;
		}
	return status;
}

static bool has_snapshots(const struct machines *machines)
{
	for (int i = 0; i < machines->nr; i++)
		if (file_exists(txt_printf("%s/snapshots", machines->at[i].dir)))
			return true;
	return false;
}

static enum status verb_lclean(const struct verb_args *args)
{
	struct machines machines;

	machines_of(args, &machines);
	if (has_snapshots(&machines) && !verb_flag(args, "force") &&
	    !tell_confirm(_("The lab has snapshots. Remove them too?")))
		die(STATUS_FAILED,
		    _("nothing was removed: the lab has snapshots; use --force to remove "
		      "them too"));
	/* With --orderly the shutdown scripts run first, as in Kathará. */
	if (verb_flag(args, "orderly") &&
	    labmake_stop(&machines, false, verb_number(args, "timeout", 60)))
		tell_warning(_("some machines did not shut down cleanly"));
	return remove_all(&machines);
}

static enum status verb_lhalt(const struct verb_args *args)
{
	struct machines machines;
	enum status status;

	machines_of(args, &machines);
	status = labmake_stop(&machines, verb_flag(args, "quick"),
			      verb_number(args, "timeout", 60));
	if (!status && verb_flag(args, "remove"))
		return remove_all(&machines);
	return status;
}

static enum status verb_lcrash(const struct verb_args *args)
{
	struct machines machines;
	enum status status;

	machines_of(args, &machines);
	status = labmake_stop(&machines, true, verb_number(args, "timeout", 60));
	return status || verb_flag(args, "keep") ? status : remove_all(&machines);
}

static enum status verb_lrestart(const struct verb_args *args)
{
	struct machines machines;

	machines_of(args, &machines);
	if (labmake_stop(&machines, false, 60) && labmake_stop(&machines, true, 20))
		return STATUS_FAILED;
	if (!verb_flag(args, "keep"))
		remove_all(&machines);
	return verb_lstart(args);
}

/* ---- linfo ------------------------------------------------------------------------- */

static json_t *lab_json(const struct lab *lab)
{
	json_t *array = json_array(), *object;

	for (int i = 0; i < lab->nr_machines; i++) {
		const struct lab_machine *from = &lab->machines[i];
		json_t *nics = json_array();
		struct machine machine;
		enum machine_state state = MACHINE_STOPPED;
		bool made = !machine_open(&machine,
					  txt_printf("%s/%s", lab_id(lab->dir), from->name));

		if (made)
			state = machine_state(&machine, NULL);
		for (int j = 0; j < from->nr_nics; j++)
			json_array_append_new(nics, json_pack("{s:i, s:o, s:o}",
				"index", from->nics[j].index,
				"domain", jsontext_value(from->nics[j].domain),
				"mac", jsontext_value(from->nics[j].mac)));
		json_array_append_new(array, json_pack("{s:o, s:s, s:b, s:o}",
			"name", jsontext_value(from->name),
			"state", machine_state_word(state),
			"made", made,
			"interfaces", nics));
	}
	object = json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}",
		"folder", jsontext_value(lab->dir),
		"name", jsontext_value(lab->name),
		"description", jsontext_value(lab->description),
		"id", jsontext_value(lab_id(lab->dir)),
		"dialect", lab->dialect == LAB_NETKIT ? "netkit" : "kathara",
		"machines", array);
	return object;
}

static void lab_table(const struct lab *lab)
{
	static const char *const columns[] = { "MACHINE", "STATE", "INTERFACES", NULL };
	struct table *table = table_create(columns);

	for (int i = 0; i < lab->nr_machines; i++) {
		const struct lab_machine *from = &lab->machines[i];
		struct words nics = { 0 };
		struct machine machine;

		for (int j = 0; j < from->nr_nics; j++)
			words_addf(&nics, "%d:%s", from->nics[j].index,
				   from->nics[j].domain ? from->nics[j].domain : "tap");
		bool made = !machine_open(&machine,
					  txt_printf("%s/%s", lab_id(lab->dir), from->name));
		const char *cells[] = {
			from->name,
			made ? machine_state_name(machine_state(&machine, NULL)) : _("not created"),
			words_join(&nics, " ")
		};

		table_add(table, cells);
	}
	table_print(table);
	table_destroy(table);
}

static enum status verb_linfo(const struct verb_args *args)
{
	struct lab lab;

	do {
		find_lab(&lab, verb_value(args, "directory"), verb_flag(args, "force-lab"));
		if (verb_flag(args, "json")) {
			json_print(lab_json(&lab));
			return STATUS_OK;
		}
		if (verb_flag(args, "svg")) {
			labmap_svg(&lab, stdout);
			return STATUS_OK;
		}
		if (verb_flag(args, "watch") && tell_fancy(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		banner(&lab);
		if (verb_flag(args, "topology"))
			labmap_text(&lab, stdout);
		else
			lab_table(&lab);
		fflush(stdout);
	} while (verb_flag(args, "watch") && !sleep(1));
	return STATUS_OK;
}

/* ---- wipe -------------------------------------------------------------------------- */

static enum status verb_wipe(const struct verb_args *args)
{
	struct machines machines;
	enum status status;

	machine_list(&machines, NULL);
	if (machines.nr && !verb_flag(args, "force") &&
	    !tell_confirm(_("Remove all your %d machines with their disks and snapshots?"),
			  machines.nr))
		die(STATUS_FAILED, _("nothing was removed; use --force to remove without asking"));
	status = remove_all(&machines);
	/* Remove folders that belong to no machine any more. */
	if (!status) {
		domain_stop_all();
		tree_remove(txt_printf("%s/machines", where_state()));
		tree_remove(txt_printf("%s/labs", where_state()));
		tree_remove(where_runtime());
	}
	return status;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

/* The options of verbs that start labs. */
#define START_OPTIONS \
	OPTION_DIRECTORY, \
	OPTION_FORCE_LAB, \
	{ .letter = 'j', .name = "jobs", .value = "N", .min = 1, .max = 1000, \
	  .help = N_("Boot up to N machines at the same time"), \
	  .preset = N_("twice the number of processors") }, \
	{ .letter = 'p', .name = "parallel", .value = "[N]", \
	  .help = N_("Accepted without effect (Netkit): machines start in parallel") }, \
	{ .name = "sequential", \
	  .help = N_("Start one machine after the other") }, \
	{ .letter = 'o', .name = "pass", .value = "OPTION", \
	  .help = N_("Set an option of lab.conf for every machine, such as mem=128") }, \
	{ .name = "exclude", .value = "MACHINE", .kind = "machine", \
	  .help = N_("Do not start this machine; several are separated by commas") }, \
	{ .name = "print", \
	  .help = N_("Print what would be started, and start nothing") }, \
	{ .name = "hosthome", \
	  .help = N_("Mount your home folder as /hosthome, read-only") }, \
	{ .letter = 'H', .name = "no-hosthome", \
	  .help = N_("Do not mount /hosthome (this is the default)") }, \
	{ .letter = 'S', .name = "no-shared", \
	  .help = N_("Do not mount /shared") }, \
	{ .name = "volumes", \
	  .help = N_("Allow the folders outside the lab that lab.conf names (volume=); default: " \
		     "ask at a terminal, else refuse") }, \
	OPTION_FORCE(N_("Start even if the host's memory may not suffice")), \
	OPTION_NO_WAIT, \
	{ .letter = 'l', .name = "list", \
	  .help = N_("Accepted without effect (Netkit): the states are always shown") }, \
	{ .name = "exam", \
	  .help = N_("Record everything that is typed, run and shown") }, \
	{ .name = "lab-mem", .value = "SIZE", \
	  .help = N_("Limit the memory of all machines together, in MB or with a unit"), \
	  .preset = N_("no limit") }, \
	{ .name = "lab-cpus", .value = "N", \
	  .help = N_("Limit the processors that all machines share, such as 1.5"), \
	  .preset = N_("no limit") }, \
	{ .name = "terminals", .value = "[PROGRAM]", .kind = "=none|=tmux|=xterm|=gnome-terminal|" \
	  "=kitty|=alacritty|=konsole|=xfce4-terminal|=wt", \
	  .help = N_("Open a terminal for each machine: tmux, xterm, gnome-terminal, kitty, " \
		     "...") }, \
	{ .name = "noterminals", \
	  .help = N_("Open no terminals, whatever umlab.conf says") }, \
	OPTION_TIMEOUT("300")

static const struct verb_option lstart_options[] = {
	START_OPTIONS,
	{ 0 }
};

const struct verb lstart_verb = {
	.name = "lstart",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [MACHINE]...",
	.summary = N_("Start a lab"),
	.help = N_("Reads lab.conf in the current folder, in the format of Netkit and Kathará. "
		   "Returns when all startup files have ended, and reports commands in them that "
		   "failed. Machines that already run are not touched."),
	.examples = "  umlab lstart\n  umlab lstart -d ospf r1 r2",
	.options = lstart_options,
	.words = "machine...",
	.max_words = -1,
	.run = verb_lstart,
};

static const struct verb_option lrestart_options[] = {
	START_OPTIONS,
	{ .letter = 'k', .name = "keep",
	  .help = N_("Keep the disks") },
	{ 0 }
};

const struct verb lrestart_verb = {
	.name = "lrestart",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [MACHINE]...",
	.summary = N_("Remove the machines of a lab and start it again"),
	.options = lrestart_options,
	.words = "machine...",
	.max_words = -1,
	.run = verb_lrestart,
};

static const struct verb_option lhalt_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'q', .name = "quick",
	  .help = N_("Kill the machines instead") },
	{ .letter = 'r', .name = "remove",
	  .help = N_("Remove the machines afterwards") },
	OPTION_TIMEOUT("60"),
	{ 0 }
};

const struct verb lhalt_verb = {
	.name = "lhalt",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [MACHINE]...",
	.summary = N_("Shut the machines of a lab down cleanly and keep their disks"),
	.options = lhalt_options,
	.words = "machine...",
	.max_words = -1,
	.run = verb_lhalt,
};

static const struct verb_option lcrash_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 'k', .name = "keep",
	  .help = N_("Keep the machines and their disks") },
	OPTION_TIMEOUT("60"),
	{ 0 }
};

const struct verb lcrash_verb = {
	.name = "lcrash",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [MACHINE]...",
	.summary = N_("Kill the machines of a lab and remove them"),
	.options = lcrash_options,
	.words = "machine...",
	.max_words = -1,
	.run = verb_lcrash,
};

static const struct verb_option lclean_options[] = {
	OPTION_DIRECTORY,
	OPTION_FORCE(N_("Also remove snapshots, without asking")),
	{ .name = "orderly",
	  .help = N_("Shut the machines down cleanly first") },
	OPTION_TIMEOUT("60"),
	{ 0 }
};

const struct verb lclean_verb = {
	.name = "lclean",
	.group = GROUP_LABS,
	.usage = "[OPTION]... [MACHINE]...",
	.summary = N_("Stop a lab and remove its machines"),
	.options = lclean_options,
	.words = "machine...",
	.max_words = -1,
	.run = verb_lclean,
};

static const struct verb_option linfo_options[] = {
	OPTION_DIRECTORY,
	OPTION_FORCE_LAB,
	{ .letter = 't', .name = "topology",
	  .help = N_("Draw a map for the terminal") },
	{ .name = "svg",
	  .help = N_("Draw a map as SVG") },
	{ .letter = 'w', .name = "watch",
	  .help = N_("Show the states again each second") },
	{ .letter = 'c', .name = "conf",
	  .help = N_("Accepted without effect (Kathará): linfo always reads the lab's files") },
	OPTION_JSON,
	{ 0 }
};

const struct verb linfo_verb = {
	.name = "linfo",
	.group = GROUP_LABS,
	.usage = "[OPTION]...",
	.summary = N_("Show the machines of a lab, or its map"),
	.options = linfo_options,
	.run = verb_linfo,
};

static const struct verb_option wipe_options[] = {
	OPTION_FORCE(N_("Do not ask for confirmation")),
	{ .letter = 'a', .name = "all",
	  .help = N_("Accepted without effect (Kathará): only your own machines are removed") },
	{ 0 }
};

const struct verb wipe_verb = {
	.name = "wipe",
	.group = GROUP_LABS,
	.usage = "[OPTION]...",
	.summary = N_("Remove all your machines, of all labs"),
	.options = wipe_options,
	.run = verb_wipe,
};
