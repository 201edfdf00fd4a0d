// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_class.c - umlab class ...: give each student of a class a copy of a lab
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. Each student has a copy
 * of the lab with personal parameters (lab/classfile.c). The copy is an ordinary lab, so all verbs
 * work in its folder. The verbs in this file work on the labs of all students.
 *
 * This file is longer than 500 lines because it contains the help of its verbs too.
 */
#include "cli/verbs_class.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/jsontext.h"
#include "base/name.h"
#include "base/progress.h"
#include "base/spawn.h"
#include "base/table.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/json_print.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "lab/classfile.h"
#include "lab/labfile.h"
#include "lab/labmake.h"
#include "lab/labnet.h"
#include "machine/disk.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/machine_end.h"
#include "machine/packlist.h"
#include "machine/session.h"

/* Adds the logins in a file: one per line, or the first column of CSV; # starts a comment. */
static void students_read(const char *path, struct words *logins)
{
	char *text, *rest, *line;
	size_t size;
	int error = file_read(path, &text, &size), number = 0;

	if (error)
		die(STATUS_ABSENT, _("%s: cannot read: %s"), path, strerror(-error));
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		number++;
		line[strcspn(line, "#,;\t\r")] = '\0';
		line = txt_trim(line);
		if (!*line)
			continue;
		if (!name_valid(line))
			die(STATUS_FAILED, _("%s:%d: '%s' is not a valid login"), path, number,
			    line);
		if (words_have(logins, line))
			die(STATUS_FAILED, _("%s:%d: login %s appears twice"), path, number, line);
		words_add(logins, line);
	}
	if (!logins->nr)
		die(STATUS_FAILED, _("%s: contains no login"), path);
}

static enum status verb_class_create(const struct verb_args *args)
{
	const char *file = verb_value(args, "students"), *from = verb_value(args, "lab"), *name;
	struct words logins = { 0 };
	struct lab lab;
	char *reason = NULL;

	name = args->words.at[0];
	if (!name_valid(name))
		die_usage(args, _("'%s' is not a valid class name"), name);
	if (!file || !from)
		die_usage(args, _("--students FILE and --lab DIR are required"));
	students_read(file, &logins);
	find_lab(&lab, from, false);
	for (int i = 0; i < logins.nr; i++) {
		char *dir = class_lab_dir(name, logins.at[i]);

		/* The class may exist: add new students, but do not touch existing work. */
		if (file_exists(dir))
			continue;
		if (class_lab_copy(from, dir, logins.at[i], i + 1, &reason)) {
			tree_remove(dir);
			die(STATUS_FAILED, _("%s: cannot create the lab: %s"), logins.at[i],
			    reason);
		}
	}
	printf("%s\n", class_dir(name));
	tell_note(_("%d students; 'umlab class start %s' starts their labs"), logins.nr, name);
	return STATUS_OK;
}

/* Returns the name of the class. Adds the students that the command names, or all students. */
static const char *members(const struct verb_args *args, struct words *logins)
{
	const char *name;
	int kept = 0;

	name = args->words.at[0];
	if (!name_valid(name) || class_students(name, logins))
		die(STATUS_ABSENT, _("%s: no such class"), name);
	for (int i = 1; i < args->words.nr; i++)
		if (!words_have(logins, args->words.at[i]))
			die(STATUS_ABSENT, _("class %s: no student %s"), name, args->words.at[i]);
	for (int i = 0; i < logins->nr; i++)
		if (args->words.nr == 1 || words_have(&args->words, logins->at[i]))
			logins->at[kept++] = logins->at[i];
	logins->nr = kept;
	return name;
}

static void machines_of(const char *name, const char *login, struct machines *machines)
{
	machine_list(machines, lab_id(class_lab_dir(name, login)));
}

/* Starts one student's lab in a child process, which prints only errors. */
static pid_t student_start(const char *name, const char *login)
{
	struct labmake_options options = { .timeout = 600, .jobs = 1 };
	struct lab lab;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	tell_level = TELL_QUIET;
	find_lab(&lab, class_lab_dir(name, login), false);
	_exit(labmake_start(&lab, &options));
}

/* Starts the students' labs, two for each processor at a time. */
static enum status verb_class_start(const struct verb_args *args)
{
	enum status status = STATUS_OK;
	struct words logins = { 0 };
	const char *name = members(args, &logins);
	int most = 2 * (int)sysconf(_SC_NPROCESSORS_ONLN), next = 0, active = 0, at, code;
	pid_t *pids = calloc(logins.nr + 1, sizeof(*pids)), pid;

	if (!pids)
		die_no_memory();
	progress_begin(logins.nr);
	while (next < logins.nr || active) {
		for (; next < logins.nr && active < most; next++, active++) {
			pids[next] = student_start(name, logins.at[next]);
			if (pids[next] < 0)
				die(STATUS_FAILED, _("cannot start a process: %s"),
				    strerror(errno));
			progress_set(next, logins.at[next], machine_state_name(MACHINE_STARTING),
				     true, false);
		}
		progress_draw();
		pid = waitpid(-1, &code, 0);
		for (at = 0; at < next && pids[at] != pid; at++)
			;
		if (pid < 0 || at == next)
			continue;
		active--;
		code = WIFEXITED(code) ? WEXITSTATUS(code) : STATUS_FAILED;
		progress_set(at, logins.at[at],
			     code ? _("failed") : machine_state_name(MACHINE_READY), !code, true);
		status = code ? (enum status)code : status;
	}
	progress_end();
	free(pids);
	return status;
}

static enum status verb_class_stop(const struct verb_args *args)
{
	enum status status = STATUS_OK;
	struct words logins = { 0 };
	const char *name = members(args, &logins);

	for (int i = 0; i < logins.nr; i++) {
		struct machines machines;
		enum status one;

		machines_of(name, logins.at[i], &machines);
		one = labmake_stop(&machines, false, 60);
		status = one ? one : status;
	}
	return status;
}

static enum status verb_class_status(const struct verb_args *args)
{
	static const char *const columns[] = { "STUDENT", ">MACHINES", ">READY", ">DISK", "STATES",
					       NULL };
	struct table *table = table_create(columns);
	json_t *array = json_array();
	struct words logins = { 0 };
	const char *name = members(args, &logins);

	for (int i = 0; i < logins.nr; i++) {
		struct machines machines;
		struct words states = { 0 };
		uint64_t used = 0;
		int ready = 0;

		machines_of(name, logins.at[i], &machines);
		for (int j = 0; j < machines.nr; j++) {
			enum machine_state state = machine_state(&machines.at[j], NULL);

			ready += state == MACHINE_READY;
			used += disk_used(&machines.at[j]);
			words_addf(&states, "%s:%s", machines.at[j].name,
				   machine_state_word(state));
		}
		const char *cells[] = {
			logins.at[i], txt_printf("%d", machines.nr), txt_printf("%d", ready),
			txt_size(used), words_join(&states, " ")
		};

		table_add(table, cells);
		json_array_append_new(array, json_pack("{s:o, s:i, s:i, s:I, s:o, s:o}",
			"student", jsontext_value(logins.at[i]),
			"machines", machines.nr,
			"ready", ready,
			"disk_used", (json_int_t)used,
			"states", jsontext_value(words_join(&states, " ")),
			"folder", jsontext_value(class_lab_dir(name, logins.at[i]))));
	}
	if (verb_flag(args, "json"))
		json_print(json_incref(array));
	else
		table_print(table);
	json_decref(array);
	table_destroy(table);
	return STATUS_OK;
}

static enum status verb_class_reset(const struct verb_args *args)
{
	enum status status = STATUS_OK;
	struct words logins = { 0 };
	const char *name;

	if (args->words.nr < 2 && !verb_flag(args, "all"))
		die_usage(args, _("name students, or give --all"));
	name = members(args, &logins);
	for (int i = 0; i < logins.nr; i++) {
		struct machines machines;

		machines_of(name, logins.at[i], &machines);
		for (int j = 0; j < machines.nr; j++)
			if (machine_kill(&machines.at[j]) ||
			    (unlink(disk_path(&machines.at[j])) && errno != ENOENT)) {
				tell_error(_("%s of %s: cannot be reset"), machines.at[j].name,
					   logins.at[i]);
				status = STATUS_FAILED;
			}
	}
	return status;
}

/* Writes the archive @path of the student's lab, and of its state if there is any. */
static int student_pack(const char *name, const char *login, const char *state, const char *path)
{
	static const char *const none[] = { NULL };
	static const char *const locks[] = { "lock", "keeper.lock", NULL };
	struct packlist lab, machines = { .fd = -1 };
	int error = packlist_make(&lab, class_lab_dir(name, login), login, none);

	if (error)
		return error;
	if (file_exists(state))
		error = packlist_make(&machines, state, ".", locks);
	const char *command[] = {
		"tar", "--format=gnu", "--sparse", "--zstd", "--no-recursion", "--null",
		"--mode=a-s,a-t", "--owner=0", "--group=0", "--numeric-owner", "-cf", path,
		"-C", class_lab_dir(name, ""), "-T", txt_printf("/proc/self/fd/%d", lab.fd),
		"-C", state, "-T", txt_printf("/proc/self/fd/%d", machines.fd), NULL
	};

	if (machines.fd < 0)
		command[16] = NULL;
	if (!error && spawn_here(command))
		error = -EIO;
	if (!error && lab.nr_left_out + machines.nr_left_out)
		tell_warning(_("%s: %lu devices, FIFOs, sockets, links that lead out, or files "
			       "with control characters in their names were left out"), login,
			     (unsigned long)(lab.nr_left_out + machines.nr_left_out));
	close(lab.fd);
	if (machines.fd >= 0)
		close(machines.fd);
	return error;
}

/* Packs each student's lab folder, disks and logs. Skips students whose machines run. */
static enum status verb_class_collect(const struct verb_args *args)
{
	const char *to = verb_value(args, "to");
	enum status status = STATUS_OK;
	struct words logins = { 0 };
	const char *name = members(args, &logins);

	if (!to)
		die_usage(args, _("--to DIR is required"));
	if (dir_make(to, 0700))
		die(STATUS_FAILED, _("%s: cannot create this folder"), to);
	for (int i = 0; i < logins.nr; i++) {
		char *id = lab_id(class_lab_dir(name, logins.at[i])), *state = lab_state_dir(id);
		char *part = txt_printf("%s/%s.part", to, logins.at[i]);
		struct machines machines;
		bool running = false;

		machines_of(name, logins.at[i], &machines);
		for (int j = 0; j < machines.nr; j++)
			running |= machine_runs(&machines.at[j]);
		if (running) {
			tell_error(_("%s: machines are running; stop them first"), logins.at[i]);
			status = STATUS_FAILED;
			continue;
		}
		if (student_pack(name, logins.at[i], state, part) ||
		    rename(part, txt_printf("%s/%s.tar.zst", to, logins.at[i]))) {
			unlink(part);
			tell_error(_("%s: cannot write the archive"), logins.at[i]);
			status = STATUS_FAILED;
		}
	}
	return status;
}

static enum status verb_class_exec(const struct verb_args *args)
{
	enum status status = STATUS_OK;
	struct words logins = { 0 };
	const char *name, *on = verb_value(args, "machine");

	if (!args->command.nr)
		die_usage(args, _("the command is missing: umlab class exec CLASS -- COMMAND"));
	name = members(args, &logins);
	for (int i = 0; i < logins.nr; i++) {
		struct machines machines;

		machines_of(name, logins.at[i], &machines);
		for (int j = 0; j < machines.nr; j++) {
			struct session_request request = {
				.command = &args->command,
				.in_fd = -1,
				.out_fd = STDOUT_FILENO,
				.err_fd = STDERR_FILENO,
				.clean = isatty(STDOUT_FILENO) || isatty(STDERR_FILENO),
			};
			int one;

			if (!machine_runs(&machines.at[j]) ||
			    (on && strcmp(on, machines.at[j].name)))
				continue;
			clean_printf(stdout, "== %s %s\n", logins.at[i], machines.at[j].name);
			fflush(stdout);
			one = session_run(&machines.at[j], &request);
			if (one) {
				printf(_("== status %d\n"), one);
				status = STATUS_FAILED;
			}
		}
	}
	return status;
}

static enum status verb_class_remove(const struct verb_args *args)
{
	struct words logins = { 0 };
	const char *name = members(args, &logins);

	if (!verb_flag(args, "force") &&
	    !tell_confirm(_("Remove class %s with all work of %d students?"), name, logins.nr))
		die(STATUS_FAILED, _("nothing was removed; use --force to remove without asking"));
	for (int i = 0; i < logins.nr; i++) {
		struct machines machines;

		machines_of(name, logins.at[i], &machines);
		labnet_stop(lab_id(class_lab_dir(name, logins.at[i])));
		for (int j = 0; j < machines.nr; j++)
			if (machine_remove(&machines.at[j]))
				die(STATUS_FAILED, _("%s: cannot remove this folder"),
				    machines.at[j].dir);
		tree_remove(class_lab_dir(name, logins.at[i]));
	}
	if (args->words.nr == 1)
		tree_remove(class_dir(name));
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option class_create_options[] = {
	{ .name = "students", .value = "FILE", .kind = "file",
	  .help = N_("Read the logins from this file: the first field of each line") },
	{ .name = "lab", .value = "DIR", .kind = "dir",
	  .help = N_("Give each student a copy of this lab") },
	{ 0 }
};

const struct verb class_create_verb = {
	.name = "class create",
	.group = GROUP_CLASSES,
	.usage = "--students FILE --lab DIR CLASS",
	.summary = N_("Give each student a copy of a lab"),
	.help = N_("Files of the lab may contain {{login}} and {{number}}, which stand for the "
		   "student, {{range NAME 10-99}} for a number and {{word NAME red green}} for "
		   "a word. Numbers and words are chosen by login and NAME, so they stay the "
		   "same. To add students, extend the file and run the command again; existing "
		   "copies are not touched."),
	.examples = "  umlab class create --students students.csv --lab ospf net1",
	.options = class_create_options,
	.min_words = 1,
	.max_words = 1,
	.run = verb_class_create,
};

const struct verb class_start_verb = {
	.name = "class start",
	.group = GROUP_CLASSES,
	.usage = "CLASS [LOGIN]...",
	.summary = N_("Start the labs of a class"),
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_start,
};

const struct verb class_stop_verb = {
	.name = "class stop",
	.group = GROUP_CLASSES,
	.usage = "CLASS [LOGIN]...",
	.summary = N_("Shut the labs of a class down cleanly"),
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_stop,
};

static const struct verb_option class_status_options[] = {
	OPTION_JSON,
	{ 0 }
};

const struct verb class_status_verb = {
	.name = "class status",
	.group = GROUP_CLASSES,
	.usage = "[OPTION]... CLASS [LOGIN]...",
	.summary = N_("Show the machines of each student and their states"),
	.options = class_status_options,
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_status,
};

static const struct verb_option class_exec_options[] = {
	{ .letter = 'm', .name = "machine", .value = "NAME",
	  .help = N_("Run the command only on machines of this name"),
	  .preset = N_("all machines") },
	{ 0 }
};

const struct verb class_exec_verb = {
	.name = "class exec",
	.group = GROUP_CLASSES,
	.usage = "[OPTION]... CLASS [LOGIN]... -- COMMAND...",
	.summary = N_("Run a command in all running machines of a class"),
	.options = class_exec_options,
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.command = VERB_COMMAND_DASHES,
	.run = verb_class_exec,
};

static const struct verb_option class_reset_options[] = {
	{ .letter = 'a', .name = "all",
	  .help = N_("Reset the labs of all students") },
	{ 0 }
};

const struct verb class_reset_verb = {
	.name = "class reset",
	.group = GROUP_CLASSES,
	.usage = "[OPTION]... CLASS [LOGIN]...",
	.summary = N_("Give students pristine disks"),
	.help = N_("Deletes what the named students changed inside their machines."),
	.options = class_reset_options,
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_reset,
};

static const struct verb_option class_collect_options[] = {
	{ .name = "to", .value = "DIR", .kind = "dir",
	  .help = N_("Write the archives to this folder") },
	{ 0 }
};

const struct verb class_collect_verb = {
	.name = "class collect",
	.group = GROUP_CLASSES,
	.usage = "--to DIR CLASS [LOGIN]...",
	.summary = N_("Pack the work of each student into an archive"),
	.help = N_("An archive holds the lab, the disks and the logs. The machines must be "
		   "stopped. Devices, FIFOs, set-user-ID bits, and links that lead out of the lab "
		   "are left out, so an archive can be unpacked with any tar."),
	.options = class_collect_options,
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_collect,
};

static const struct verb_option class_remove_options[] = {
	OPTION_FORCE(N_("Do not ask for confirmation")),
	{ 0 }
};

const struct verb class_remove_verb = {
	.name = "class remove",
	.group = GROUP_CLASSES,
	.usage = "[OPTION]... CLASS [LOGIN]...",
	.summary = N_("Remove the labs of a class with all their files"),
	.options = class_remove_options,
	.words = "class login...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_class_remove,
};
