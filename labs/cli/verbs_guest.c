// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_guest.c - umlab exec, connect and cp: run programs in a guest and copy files
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. The verbs need no
 * network: machine/session.c speaks to the agent in the guest, which runs the programs. cp runs tar
 * on the host and in the guest.
 */
#include "cli/verbs_guest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
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

/* Starts tar on the host with one end of a pipe, and returns the other end. */
static int tar_here(const char *const *command, bool reads, pid_t *pid)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		die(STATUS_FAILED, _("cannot create a pipe: %s"), strerror(errno));
	*pid = fork();
	if (!*pid) {
		dup2(ends[reads ? 0 : 1], reads ? 0 : 1);
		execvp(command[0], (char *const *)command);
		tell_error("%s: %s", command[0], strerror(errno));
		_exit(127);
	}
	close(ends[reads ? 0 : 1]);
	return ends[reads ? 1 : 0];
}

static enum status tar_ended(pid_t pid, int guest_status)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (guest_status || !WIFEXITED(status) || WEXITSTATUS(status))
		return STATUS_FAILED;
	return STATUS_OK;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static char *without_slash(const char *path)
{
	char *copy = txt_copy(path);
	size_t size = strlen(copy);

	while (size > 1 && copy[size - 1] == '/')
		copy[--size] = '\0';
	return copy;
}

/*
 * Runs in the guest and unpacks an archive whose only entry is $1. If $2 is a folder, puts the
 * entry into that folder; otherwise renames the entry to $2.
 */
static const char unpack_script[] =
	"set -e; if [ -d \"$2\" ]; then cd \"$2\"; exec tar --no-same-owner -xf -; fi; "
	"d=$(dirname -- \"$2\"); t=$(mktemp -d -- \"$d/.umlab.XXXXXX\"); trap 'rm -rf \"$t\"' "
	"EXIT; "
	"tar --no-same-owner -C \"$t\" -xf -; mv -T -- \"$t/$1\" \"$2\"";

static enum status copy_in(const struct machine *machine, const char *from, const char *to)
{
	char *path = without_slash(from), *dir = txt_copy(path), *slash = strrchr(dir, '/');
	const char *name = base_name(path);
	struct words command = { 0 };
	struct session_request request = { .command = &command, .out_fd = STDOUT_FILENO,
					   .err_fd = STDERR_FILENO };
	pid_t pid;

	if (!file_exists(path))
		die(STATUS_FAILED, _("%s: no such file"), path);
	/* A path that ends in . or .. does not end in the entry's name, so resolve the path. */
	if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(path, "/")) {
		path = realpath(path, NULL);
		return path && strcmp(path, "/") ? copy_in(machine, path, to) : STATUS_FAILED;
	}
	if (slash)
		slash[slash == dir] = '\0';
	const char *tar[] = { "tar", "-C", slash ? dir : ".", "-cf", "-", "--", name, NULL };

	words_add(&command, "/bin/sh");
	words_add(&command, "-c");
	words_add(&command, unpack_script);
	words_add(&command, "sh");
	words_add(&command, name);
	words_add(&command, to);
	request.in_fd = tar_here(tar, false, &pid);
	return tar_ended(pid, session_run(machine, &request));
}

static enum status copy_out(const struct machine *machine, const char *from, const char *to)
{
	char *path = without_slash(from);
	const char *name = base_name(path);
	struct words command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1,
					   .err_fd = STDERR_FILENO };
	struct stat status;
	bool into = !stat(to, &status) && S_ISDIR(status.st_mode);
	char *work = into ? txt_copy(to) : txt_printf("%s.umlab-XXXXXX", without_slash(to));
	enum status result;
	pid_t pid;

	if (!into && !mkdtemp(work))
		die(STATUS_FAILED, _("%s: cannot write in its folder: %s"), to, strerror(errno));
	const char *tar[] = { "tar", "-C", work, "--no-same-owner", "-xf", "-", NULL };

	words_add(&command, "/bin/sh");
	words_add(&command, "-c");
	words_add(&command,
		  "cd \"$(dirname -- \"$1\")\" && exec tar -cf - -- \"$(basename -- \"$1\")\"");
	words_add(&command, "sh");
	words_add(&command, path);
	request.out_fd = tar_here(tar, true, &pid);
	result = session_run(machine, &request);
	close(request.out_fd);
	result = tar_ended(pid, result);
	if (!into) {
		if (!result && rename(txt_printf("%s/%s", work, name), to)) {
			tell_error(_("%s: cannot write: %s"), to, strerror(errno));
			result = STATUS_FAILED;
		}
		tree_remove(work);
	}
	return result;
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
		enum status one;

		from_machine = remote_part(args->words.at[i], &from_path);
		if (!from_machine == !to_machine)
			die_usage(args,
				  _("either the source or the target must be MACHINE:PATH, but "
				    "not both"));
		find_machine(&machine, from_machine ? from_machine : to_machine,
			     verb_value(args, "directory"));
		one = from_machine ? copy_out(&machine, from_path,
					      to) : copy_in(&machine, args->words.at[i], to_path);
		status = one ? one : status;
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
		   "The guest needs no network."),
	.examples = "  umlab cp notes.txt pc1:/root/\n  umlab cp pc1:/var/log/syslog .",
	.options = cp_options,
	.words = "machine|file...",
	.min_words = 2,
	.max_words = -1,
	.run = verb_cp,
};
