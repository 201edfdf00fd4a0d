// SPDX-License-Identifier: GPL-2.0-only
/*
 * program.c - run a command line: find the verb, or print help, a version or candidates
 *
 * Called by the main() of umlab, umlab-disk and umlab-net, which pass their struct program.
 */
#include "base/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/tell.h"
#include "base/verb_complete.h"
#include "base/verb_help.h"

/* Explains why @first names no verb: it is the name of a group, or unknown. */
static enum status verb_unknown(const struct program *program, const char *first)
{
	struct words names = { 0 };
	const char *nearest;
	bool is_group = false;

	for (const struct verb *const *at = program->verbs; *at; at++) {
		if (!is_group && verb_in_group(*at, first)) {
			tell_error(_("%s: a verb is missing; one of:"), first);
			is_group = true;
		}
		if (verb_in_group(*at, first))
			fprintf(stderr, "  %s %s %s\n", program->name, (*at)->name, (*at)->usage);
		words_add(&names, (*at)->name);
	}
	if (is_group)
		return STATUS_USAGE;
	nearest = words_nearest(&names, first);
	if (nearest)
		tell_error(_("unknown verb '%s'; did you mean %s?"), first, nearest);
	else
		tell_error(_("unknown verb '%s'; '%s help' lists them"), first, program->name);
	return STATUS_USAGE;
}

static enum status help_run(const struct verb_args *args)
{
	const struct program *program = args->program;
	const struct words *words = &args->words;
	const struct verb *verb;

	if (verb_flag(args, "names")) {
		for (const struct verb *const *at = program->verbs; *at; at++)
			puts((*at)->name);
		return STATUS_OK;
	}
	if (!words->nr) {
		if (verb_flag(args, "man"))
			program_man_print(program);
		else
			program_help_print(program, stdout);
		return STATUS_OK;
	}
	verb = verb_find(program, words->at[0], words->at[1]);
	if (!verb)
		return verb_unknown(program, words->at[0]);
	if (verb_flag(args, "man"))
		verb_man_print(program, verb);
	else
		verb_help_print(program, verb);
	return STATUS_OK;
}

static const struct verb_option help_options[] = {
	{ .name = "man", .help = N_("Print the man page of the program or of the verb as roff") },
	{ .name = "names", .help = N_("Print the names of all verbs") },
	{ 0 }
};

const struct verb program_help_verb = {
	.name = "help",
	.group = VERB_GROUP_LAST,
	.usage = "[OPTION]... [VERB]",
	.summary = N_("Explain the program or a verb"),
	.options = help_options,
	.words = "verb...",
	.max_words = 2,
	.run = help_run,
};

static enum status output_check(enum status status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	tell_error(_("standard output: cannot be written"));
	return status ? status : STATUS_FAILED;
}

static enum status verb_run(const struct program *program, const struct verb *verb, int argc,
			    char **argv)
{
	enum status status = STATUS_OK;
	struct verb_args args;

	switch (verb_parse(program, verb, argc, argv, &args)) {
	case VERB_READY:
		if (program->prepare && verb != &program_help_verb)
			status = program->prepare();
		return status ? status : verb->run(&args);
	case VERB_HELP:
		verb_help_print(program, verb);
		return STATUS_OK;
	default:
		return STATUS_USAGE;
	}
}

enum status program_run(const struct program *program, int argc, char **argv)
{
	const struct verb *verb;
	int taken;

	tell_init(program->name);
	if (argc < 2) {
		program_help_print(program, stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		program_help_print(program, stdout);
		return output_check(STATUS_OK);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("%s %s\n", program->name, program->version);
		return output_check(STATUS_OK);
	}
	if (!strcmp(argv[1], "complete")) {
		complete_print(program, argc - 2, argv + 2);
		return output_check(STATUS_OK);
	}
	if (*argv[1] == '-') {
		tell_error(_("unknown option %s; '%s help' lists the verbs"), argv[1],
			   program->name);
		return STATUS_USAGE;
	}
	verb = verb_find(program, argv[1], argv[2]);
	if (!verb)
		return verb_unknown(program, argv[1]);
	taken = 1 + verb_name_words(verb);
	return output_check(verb_run(program, verb, argc - taken, argv + taken));
}

void program_open_standard(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		;
	if (fd >= 0)
		close(fd);
}
