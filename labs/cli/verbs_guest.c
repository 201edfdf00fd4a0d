// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_guest.c - umlab exec, connect and cp: run programs in a guest and copy files
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. The verbs need no
 * network: machine/session.c speaks to the agent in the guest, which runs the programs, and
 * machine/guestcopy.c copies.
 */
#include "cli/verbs_guest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "machine/guestcopy.h"
#include "machine/machine.h"
#include "machine/session.h"

static struct session_request request_of(const struct verb_args *args,
					 const struct machine *machine)
{
	struct session_request request = {
		.command = &args->command,
		.user = verb_value(args, "user"),
		.cwd = verb_value(args, "workdir"),
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.err_fd = STDERR_FILENO,
	};
	const struct words *env = verb_values(args, "env");

	session_env(machine, &request.env);
	for (int i = 0; i < env->nr; i++) {
		if (!strchr(env->at[i], '='))
			die_usage(args, _("--env: '%s' is not of the form NAME=VALUE"), env->at[i]);
		words_add(&request.env, env->at[i]);
	}
	return request;
}

static enum status verb_exec(const struct verb_args *args)
{
	struct machine machine;
	struct session_request request;

	if (!args->command.nr)
		die_usage(args, _("the command is missing"));
	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	request = request_of(args, &machine);
	request.no_output = verb_flag(args, "no-stdout");
	request.no_errors = verb_flag(args, "no-stderr");
	request.pty = verb_flag(args, "tty");
	if (request.pty && !isatty(STDIN_FILENO))
		die_usage(args, _("--tty: standard input is not a terminal"));
	if (verb_flag(args, "no-stdin"))
		request.in_fd = -1;
	return session_run(&machine, &request);
}

static enum status verb_connect(const struct verb_args *args)
{
	struct machine machine;
	struct session_request request;

	find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
	request = request_of(args, &machine);
	request.pty = isatty(STDIN_FILENO);
	return session_run(&machine, &request);
}

/* ---- cp ---------------------------------------------------------------------------- */

/* Splits MACHINE:PATH, where MACHINE may be LAB/NAME. NULL: @word is a path on the host. */
static char *remote_part(const char *word, char **path)
{
	const char *colon = strchr(word, ':'), *slash = strchr(word, '/');

	/* One slash before the colon may belong to LAB/NAME; a second slash cannot. */
	if (slash && slash < colon)
		slash = strchr(slash + 1, '/');
	if (!colon || colon == word || (slash && slash < colon))
		return NULL;
	*path = txt_copy(colon[1] ? colon + 1 : ".");
	return txt_copy_part(word, colon - word);
}

static enum status verb_cp(const struct verb_args *args)
{
	enum status status = STATUS_OK;
	char *to_machine, *to_path = NULL, *from_machine, *from_path = NULL;
	const char *to;
	int last;

	last = args->words.nr - 1;
	to = args->words.at[last];
	to_machine = remote_part(to, &to_path);
	for (int i = 0; i < last; i++) {
		struct machine machine;

		from_machine = remote_part(args->words.at[i], &from_path);
		if (!from_machine == !to_machine)
			die_usage(args,
				  _("either the source or the target must be MACHINE:PATH, but "
				    "not both"));
		find_machine(&machine, from_machine ? from_machine : to_machine,
			     verb_value(args, "directory"));
		if (from_machine ? guestcopy_out(&machine, from_path, to) :
				   guestcopy_in(&machine, args->words.at[i], to_path))
			status = STATUS_FAILED;
	}
	return status;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option connect_options[] = {
	OPTION_DIRECTORY,
	OPTION_USER,
	OPTION_WORKDIR,
	OPTION_ENV,
	{ 0 }
};

const struct verb connect_verb = {
	.name = "connect",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE",
	.summary = N_("Open a shell in a machine"),
	.help = N_("Each call opens a separate shell, independent of the console and of the "
		   "guest's network."),
	.options = connect_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.run = verb_connect,
};

static const struct verb_option exec_options[] = {
	OPTION_DIRECTORY,
	{ .letter = 't', .name = "tty",
	  .help = N_("Give the command a terminal") },
	OPTION_USER,
	OPTION_WORKDIR,
	OPTION_ENV,
	{ .name = "no-stdin",
	  .help = N_("Give the command no input") },
	{ .name = "wait",
	  .help = N_("Accepted without effect (Kathará): exec always waits for a machine that "
		     "boots") },
	{ .name = "no-stdout",
	  .help = N_("Discard the command's output") },
	{ .name = "no-stderr",
	  .help = N_("Discard the command's error output") },
	{ 0 }
};

const struct verb exec_verb = {
	.name = "exec",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE [--] COMMAND...",
	.summary = N_("Run a command in a machine"),
	.help = N_("Input, output and error output are separate and may hold any bytes. The "
		   "guest needs no network.\n"
		   "\n"
		   "The exit status is that of the command: 127 if the command does not exist, "
		   "128 plus the signal number if a signal killed it. It is 125 if the machine "
		   "could not be reached."),
	.examples = "  umlab exec pc1 ip addr\n"
		    "  umlab exec pc1 -- sh -c 'cat >/root/file' <file",
	.options = exec_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.command = VERB_COMMAND_WORD,
	.run = verb_exec,
};

static const struct verb_option cp_options[] = {
	OPTION_DIRECTORY,
	{ 0 }
};

const struct verb cp_verb = {
	.name = "cp",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... FROM... TO",
	.summary = N_("Copy files and folders into or out of a machine"),
	.help = N_("MACHINE:PATH names a file in a machine, everything else a file of the host. "
		   "The guest needs no network.\n"
		   "\n"
		   "A copy out of a machine takes only what is named: set-user-ID bits are "
		   "cleared, and devices and links that lead out of a copied folder are left out "
		   "with a warning. A file is replaced; a folder that exists already is not."),
	.examples = "  umlab cp notes.txt pc1:/root/\n  umlab cp pc1:/var/log/syslog .",
	.options = cp_options,
	.words = "machine|file...",
	.min_words = 2,
	.max_words = -1,
	.run = verb_cp,
};
