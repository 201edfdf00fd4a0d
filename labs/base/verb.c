// SPDX-License-Identifier: GPL-2.0-only
/*
 * verb.c - parse the arguments of a verb, print its help and its man page
 */
#include "base/verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb_option no_options[] = { { 0 } };

/* Every verb has these; main() looks at them. */
static const struct verb_option common_options[] = {
	{ 'q', "quiet", NULL, N_("tell errors only") },
	{ 'v', "verbose", NULL, N_("tell more") },
	{ 'h', "help", NULL, N_("show this") },
	{ 0 }
};

enum { NR_COMMON = sizeof(common_options) / sizeof(*common_options) - 1 };

static const struct verb_option *options_of(const struct verb *verb)
{
	return verb->options ? verb->options : no_options;
}

const struct verb *verb_find(const char *first, const char *second)
{
	const struct verb *single = NULL;

	for (int i = 0; verbs[i]; i++) {
		const char *name = verbs[i]->name, *blank = strchr(name, ' ');

		if (!blank && !strcmp(name, first))
			single = verbs[i];
		if (blank && second && !strncmp(name, first, blank - name) && !first[blank - name] && !strcmp(blank + 1, second))
			return verbs[i];
	}
	return single;
}

void verb_die_usage(const struct verb *verb, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	tell_error("%s", text);
	fprintf(stderr, _("usage: umlab %s %s\n       umlab help %s tells more\n"), verb->name, verb->usage, verb->name);
	exit(STATUS_USAGE);
}

/* Position of an option in the verb's list, the common ones last; -1: none. */
static int option_find(const struct verb *verb, const char *name, size_t size, char letter)
{
	const struct verb_option *options = options_of(verb);
	int nr = 0;

	for (; options[nr].name; nr++)
		if (name ? !strncmp(options[nr].name, name, size) && !options[nr].name[size] : options[nr].letter == letter)
			return nr;
	for (int i = 0; i < NR_COMMON; i++)
		if (name ? !strncmp(common_options[i].name, name, size) && !common_options[i].name[size] : common_options[i].letter == letter)
			return nr + i;
	return -1;
}

static const struct verb_option *option_at(const struct verb *verb, int at)
{
	const struct verb_option *options = options_of(verb);
	int nr = 0;

	while (options[nr].name)
		nr++;
	return at < nr ? &options[at] : &common_options[at - nr];
}

static void common_apply(const struct verb *verb, const struct verb_option *option)
{
	switch (option->letter) {
	case 'q':
		tell_level = TELL_QUIET;
		break;
	case 'v':
		tell_level = TELL_VERBOSE;
		break;
	case 'h':
		verb_help(verb);
		exit(STATUS_OK);
	}
}

/* One option; returns how many further words it took. */
static int option_take(const struct verb *verb, struct verb_args *args, int at, const char *value, const char *next, const char *shown)
{
	const struct verb_option *option = option_at(verb, at);
	int took = 0;

	if (option >= common_options && option < common_options + NR_COMMON) {
		common_apply(verb, option);
		return 0;
	}
	if (!option->value && value)
		verb_die_usage(verb, _("%s takes no value"), shown);
	if (option->value && !value && *option->value != '[') {
		if (!next)
			verb_die_usage(verb, _("%s needs a value: %s"), shown, option->value);
		value = next;
		took = 1;
	}
	words_add(&args->values[at], value ? value : "");
	return took;
}

static void option_unknown(const struct verb *verb, const char *word)
{
	const struct verb_option *options = options_of(verb);
	struct words known = { 0 };
	const char *nearest;

	for (; options->name; options++)
		words_addf(&known, "--%s", options->name);
	nearest = words_nearest(&known, word);
	if (nearest)
		verb_die_usage(verb, _("unknown option %s; did you mean %s?"), word, nearest);
	verb_die_usage(verb, _("unknown option %s"), word);
}

void verb_parse(const struct verb *verb, int argc, char **argv, struct verb_args *args)
{
	*args = (struct verb_args){ .verb = verb };
	for (int i = 0; i < argc; i++) {
		char *word = argv[i];

		if (!strcmp(word, "--")) {
			args->has_command = true;
			while (++i < argc)
				words_add(&args->command, argv[i]);
		} else if (word[0] == '-' && word[1] == '-') {
			size_t size = strcspn(word + 2, "=");
			char *value = word[2 + size] ? word + 3 + size : NULL;
			int at = option_find(verb, word + 2, size, 0);

			if (at < 0)
				option_unknown(verb, word);
			i += option_take(verb, args, at, value, i + 1 < argc ? argv[i + 1] : NULL, word);
		} else if (word[0] == '-' && word[1]) {
			/* Letters may stand together; the last may have its value attached. */
			for (char *letter = word + 1; *letter; letter++) {
				char shown[3] = { '-', *letter };
				int at = option_find(verb, NULL, 0, *letter);
				bool valued = at >= 0 && option_at(verb, at)->value;

				if (at < 0)
					option_unknown(verb, shown);
				i += option_take(verb, args, at, valued && letter[1] ? letter + 1 : NULL,
						 i + 1 < argc ? argv[i + 1] : NULL, shown);
				if (valued)
					break;
			}
		} else {
			words_add(&args->words, word);
			/* exec MACHINE COMMAND -x: the options behind are the command's. Verbs of a group want the --. */
			if (verb->takes_command && !strchr(verb->name, ' ') && args->words.nr == 1 && i + 1 < argc && strcmp(argv[i + 1], "--") && argv[i + 1][0] != '-') {
				args->has_command = true;
				while (++i < argc)
					words_add(&args->command, argv[i]);
			}
		}
	}
}

const struct words *verb_values(const struct verb_args *args, const char *option)
{
	int at = option_find(args->verb, option, strlen(option), 0);

	return &args->values[at];
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

void verb_want_words(const struct verb_args *args, int least, int most)
{
	if (args->words.nr < least)
		verb_die_usage(args->verb, _("something is missing"));
	if (most >= 0 && args->words.nr > most)
		verb_die_usage(args->verb, _("one word too many: %s"), args->words.at[most]);
	if (args->has_command && !args->verb->takes_command)
		verb_die_usage(args->verb, _("no command is expected behind --"));
}

/* ---- help -------------------------------------------------------------------------- */

static char *option_spelling(const struct verb_option *option)
{
	char letter[5] = "    ";
	char *value = NULL;

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	if (option->value && *option->value == '[')
		value = txt_printf("[=%.*s]", (int)strlen(option->value) - 2, option->value + 1);
	else if (option->value)
		value = txt_printf("=%s", option->value);
	return txt_printf("%s--%s%s", letter, option->name, value ? value : "");
}

void verb_help(const struct verb *verb)
{
	const struct verb_option *lists[] = { options_of(verb), common_options };

	printf(_("usage: umlab %s %s\n\n%s\n"), verb->name, verb->usage, _(verb->summary));
	if (verb->help)
		printf("\n%s\n", _(verb->help));
	printf(_("\nOptions:\n"));
	for (int i = 0; i < 2; i++)
		for (const struct verb_option *option = lists[i]; option->name; option++)
			printf("  %-28s %s\n", option_spelling(option), _(option->help));
}

void verb_help_all(void)
{
	struct words groups = { 0 };

	printf(_("usage: umlab VERB [OPTION]... [WORD]...\n\nMachines and labs of machines, as an ordinary user.\n"));
	for (int i = 0; verbs[i]; i++)
		if (verbs[i]->group && !words_have(&groups, verbs[i]->group))
			words_add(&groups, verbs[i]->group);
	for (int g = 0; g < groups.nr; g++) {
		printf("\n%s\n", _(groups.at[g]));
		for (int i = 0; verbs[i]; i++)
			if (verbs[i]->group && !strcmp(verbs[i]->group, groups.at[g]))
				printf("  %-18s %s\n", verbs[i]->name, _(verbs[i]->summary));
	}
	printf(_("\numlab help VERB tells more. The commands of Netkit and Kathará work as well:\numlab-netkit(7), umlab-kathara(7).\n"));
}

/* ---- man page ---------------------------------------------------------------------- */

static void roff(const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		start = *text == '\n';
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\n' && text[1] == '\n')
			fputs("\n.PP", stdout);
		else if (*text == '\n' && text[1] == ' ')
			fputs("\n.br", stdout);
		else
			putchar(*text);
	}
	putchar('\n');
}

void verb_man(const struct verb *verb)
{
	const struct verb_option *lists[] = { options_of(verb), common_options };
	char *name = txt_copy(verb->name), *title;

	for (char *at = name; *at; at++)
		if (*at == ' ')
			*at = '-';
	title = txt_copy(name);
	for (char *at = title; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at -= 'a' - 'A';
	printf(".\\\" made from the table of verbs\n.TH UMLAB-%s 1 \"\" umlab \"User Commands\"\n.SH NAME\numlab-%s \\- ", title, name);
	roff(verb->summary);
	printf(".SH SYNOPSIS\n.B umlab %s\n", verb->name);
	roff(verb->usage);
	printf(".SH DESCRIPTION\n");
	roff(verb->help ? verb->help : verb->summary);
	printf(".SH OPTIONS\n");
	for (int i = 0; i < 2; i++)
		for (const struct verb_option *option = lists[i]; option->name; option++) {
			char *spelling = option_spelling(option);

			printf(".TP\n.B ");
			roff(spelling + strspn(spelling, " "));
			roff(option->help);
		}
	printf(".SH SEE ALSO\n.BR umlab (1),\n.BR umlab-lab-dirs (7)\n");
}
