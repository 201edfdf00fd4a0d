// SPDX-License-Identifier: GPL-2.0-only
/*
 * verb.c - parse the arguments of a verb according to its table entry
 *
 * Called by program_run() (program.c) of umlab, umlab-disk and umlab-net to parse a command line,
 * and by verb_complete.c to find the options of a verb. These functions print errors and return;
 * the caller ends the program.
 */
#include "base/verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"

static const struct verb_option level_options[] = {
	{ .letter = 'q', .name = "quiet", .help = N_("Print errors only") },
	{ .letter = 'v', .name = "verbose", .help = N_("Print more details") },
};

static const struct verb_option help_option = {
	.letter = 'h', .name = "help", .help = N_("Print this text")
};

enum { NR_LEVELS = sizeof(level_options) / sizeof(*level_options) };

/* ---- verbs and options by name ------------------------------------------------------- */

int verb_name_words(const struct verb *verb)
{
	return strchr(verb->name, ' ') ? 2 : 1;
}

bool verb_in_group(const struct verb *verb, const char *group)
{
	size_t size = strlen(group);

	return !strncmp(verb->name, group, size) && verb->name[size] == ' ';
}

const struct verb *verb_find(const struct program *program, const char *first, const char *second)
{
	const struct verb *single = NULL;

	for (const struct verb *const *at = program->verbs; *at; at++) {
		const struct verb *verb = *at;

		if (!strcmp(verb->name, first))
			single = verb;
		if (second && verb_in_group(verb, first) &&
		    !strcmp(verb->name + strlen(first) + 1, second))
			return verb;
	}
	return single;
}

const struct verb_option *verb_option_nth(const struct program *program, const struct verb *verb,
					  int nr)
{
	for (const struct verb_option *own = verb->options; own && own->name; own++)
		if (!nr--)
			return own;
	if (program->has_levels) {
		if (nr < NR_LEVELS)
			return &level_options[nr];
		nr -= NR_LEVELS;
	}
	return nr ? NULL : &help_option;
}

int verb_option_find(const struct program *program, const struct verb *verb, const char *name,
		     size_t size, char letter)
{
	const struct verb_option *option;

	for (int i = 0; (option = verb_option_nth(program, verb, i)); i++)
		if (name ? !strncmp(option->name, name, size) && !option->name[size] :
			   option->letter == letter)
			return i;
	return -1;
}

bool verb_option_wants_value(const struct verb_option *option)
{
	return option->value && *option->value != '[';
}

/* ---- errors ----------------------------------------------------------------------------- */

enum status verb_usage(const struct verb_args *args, const char *fmt, ...)
{
	const char *program = args->program->name, *verb = args->verb->name;
	char *text;
	va_list list;

	va_start(list, fmt);
	if (vasprintf(&text, fmt, list) < 0)
		text = NULL;
	va_end(list);
	tell_error("%s: %s", verb, text ? text : fmt);
	free(text);
	fprintf(stderr, _("usage: %s %s %s\n"), program, verb, args->verb->usage);
	fprintf(stderr, _("'%s help %s' explains the verb and its options\n"), program, verb);
	return STATUS_USAGE;
}

static enum status option_unknown(const struct verb_args *args, const char *word)
{
	const struct verb_option *option;
	struct words known = { 0 };
	const char *nearest;

	for (int i = 0; (option = verb_option_nth(args->program, args->verb, i)); i++)
		words_addf(&known, "--%s", option->name);
	nearest = words_nearest(&known, word);
	if (nearest)
		return verb_usage(args, _("unknown option %s; did you mean %s?"), word, nearest);
	return verb_usage(args, _("unknown option %s"), word);
}

/* ---- parsing ------------------------------------------------------------------------------ */

/* The words that are still to be parsed. */
struct rest {
	char **argv;
	int argc, at;
	bool help;			/* --help was among the words parsed so far */
};

static bool number_check(const struct verb_args *args, const struct verb_option *option,
			 const char *shown, const char *value)
{
	long number;

	if (option->max <= 0 || txt_int_parse(value, option->min, option->max, &number))
		return true;
	verb_usage(args, _("%s: '%s' is not a number from %ld to %ld"), shown, value, option->min,
		   option->max);
	return false;
}

/* Applies the option at position @nr. @value: the value attached to it, or NULL. */
static bool option_take(struct verb_args *args, int nr, const char *value, const char *shown,
			struct rest *rest)
{
	const struct verb_option *option = verb_option_nth(args->program, args->verb, nr);

	if (!option->value && value) {
		verb_usage(args, _("%s takes no value"), shown);
		return false;
	}
	if (verb_option_wants_value(option) && !value) {
		if (rest->at + 1 >= rest->argc) {
			verb_usage(args, _("%s needs a value: %s"), shown, option->value);
			return false;
		}
		value = rest->argv[++rest->at];
	}
	if (value && !number_check(args, option, shown, value))
		return false;
	if (option == &help_option)
		rest->help = true;
	else if (option == &level_options[0])
		tell_level = TELL_QUIET;
	else if (option == &level_options[1])
		tell_level = TELL_VERBOSE;
	words_add(&args->values[nr], value ? value : "");
	return true;
}

static bool option_long(struct verb_args *args, char *word, struct rest *rest)
{
	size_t size = strcspn(word + 2, "=");
	char *value = word[2 + size] ? word + 3 + size : NULL;
	char *shown = txt_copy_part(word, size + 2);
	int nr = verb_option_find(args->program, args->verb, word + 2, size, 0);
	bool valid = nr >= 0 && option_take(args, nr, value, shown, rest);

	if (nr < 0)
		option_unknown(args, shown);
	free(shown);
	return valid;
}

/* Parses "-abc", several options in one word. The last option may have its value attached. */
static bool option_letters(struct verb_args *args, char *word, struct rest *rest)
{
	for (char *letter = word + 1; *letter; letter++) {
		char shown[3] = { '-', *letter };
		int nr = verb_option_find(args->program, args->verb, NULL, 0, *letter);
		bool valued;

		if (nr < 0) {
			option_unknown(args, shown);
			return false;
		}
		valued = verb_option_nth(args->program, args->verb, nr)->value;
		if (!option_take(args, nr, valued && letter[1] ? letter + 1 : NULL, shown, rest))
			return false;
		if (valued)
			break;
	}
	return true;
}

static void command_take(struct verb_args *args, struct rest *rest)
{
	args->has_command = true;
	while (++rest->at < rest->argc)
		words_add(&args->command, rest->argv[rest->at]);
}

/* Does a command follow the first word, as in `exec pc1 ls -l`? An option is not a command. */
static bool command_follows(const struct verb_args *args, const struct rest *rest)
{
	return args->verb->command == VERB_COMMAND_WORD && args->words.nr == 1 &&
	       rest->at + 1 < rest->argc && rest->argv[rest->at + 1][0] != '-';
}

static bool words_check(const struct verb_args *args)
{
	const struct verb *verb = args->verb;

	if (args->words.nr < verb->min_words)
		verb_usage(args, _("an argument is missing"));
	else if (verb->max_words >= 0 && args->words.nr > verb->max_words)
		verb_usage(args, _("unexpected argument '%s'"), args->words.at[verb->max_words]);
	else if (args->has_command && verb->command == VERB_COMMAND_NONE)
		verb_usage(args, _("no command is expected after --"));
	else
		return true;
	return false;
}

enum verb_outcome verb_parse(const struct program *program, const struct verb *verb, int argc,
			     char **argv, struct verb_args *args)
{
	struct rest rest = { .argv = argv, .argc = argc };

	*args = (struct verb_args) { .program = program, .verb = verb };
	for (; rest.at < argc && !rest.help; rest.at++) {
		char *word = argv[rest.at];
		bool valid = true;

		if (!strcmp(word, "--")) {
			command_take(args, &rest);
		} else if (word[0] == '-' && word[1] == '-') {
			valid = option_long(args, word, &rest);
		} else if (word[0] == '-' && word[1]) {
			valid = option_letters(args, word, &rest);
		} else {
			words_add(&args->words, word);
			if (command_follows(args, &rest))
				command_take(args, &rest);
		}
		if (!valid)
			return VERB_WRONG;
	}
	if (rest.help)
		return VERB_HELP;
	return words_check(args) ? VERB_READY : VERB_WRONG;
}

/* ---- what was given ----------------------------------------------------------------------- */

const struct words *verb_values(const struct verb_args *args, const char *option)
{
	static const struct words none;
	int nr = verb_option_find(args->program, args->verb, option, strlen(option), 0);

	return nr < 0 ? &none : &args->values[nr];
}

int verb_flag(const struct verb_args *args, const char *option)
{
	return verb_values(args, option)->nr;
}

const char *verb_value(const struct verb_args *args, const char *option)
{
	const struct words *values = verb_values(args, option);

	return values->nr ? values->at[values->nr - 1] : NULL;
}

long verb_number(const struct verb_args *args, const char *option, long preset)
{
	const char *value = verb_value(args, option);

	return value && *value ? strtol(value, NULL, 10) : preset;
}
