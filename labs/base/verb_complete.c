// SPDX-License-Identifier: GPL-2.0-only
/*
 * verb_complete.c - find candidates for the word at which the user pressed TAB
 *
 * The shell functions in labs/completion run `PROGRAM complete WORD...`, for which program.c calls
 * complete_print(). Verbs, options and fixed words come from the table of verbs. All other
 * candidates come from the program's complete().
 */
#include "base/verb_complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void completion_add(struct completion *completion, const char *word)
{
	const char *typed = completion->typed + strlen(completion->before);

	if (!txt_starts(word, typed) || words_have(&completion->shown, word))
		return;
	words_add(&completion->shown, word);
	printf("%s%s\n", completion->before, word);
}

/* Offers the second words of the verbs in @group. NULL: offers verbs, and groups as one word. */
static void verbs_add(struct completion *completion, const char *group)
{
	for (const struct verb *const *at = completion->program->verbs; *at; at++) {
		const struct verb *verb = *at;
		size_t size = strcspn(verb->name, " ");

		if (verb->group == VERB_GROUP_HIDDEN)
			continue;
		if (!group) {
			char *first = txt_copy_part(verb->name, size);

			completion_add(completion, first);
			free(first);
		} else if (verb_in_group(verb, group)) {
			completion_add(completion, verb->name + size + 1);
		}
	}
}

static void options_add(struct completion *completion, const struct verb *verb)
{
	const struct verb_option *option;

	for (int i = 0; (option = verb_option_nth(completion->program, verb, i)); i++) {
		char *word = txt_printf(verb_option_wants_value(option) ? "--%s=" : "--%s",
					option->name);

		completion_add(completion, word);
		free(word);
	}
}

static void kind_add(struct completion *completion, const char *kind)
{
	const struct program *program = completion->program;

	if (*kind == '=')
		completion_add(completion, kind + 1);
	else if (!strcmp(kind, "file") || !strcmp(kind, "dir"))
		printf(":%ss\n", kind);
	else if (!strcmp(kind, "verb"))
		verbs_add(completion, completion->words.nr ? completion->words.at[0] : NULL);
	else if (program->complete)
		program->complete(completion, kind);
}

static void kinds_add(struct completion *completion, const char *kinds)
{
	struct words each = { 0 };

	words_split(&each, kinds ? kinds : "", "|");
	for (int i = 0; i < each.nr; i++)
		kind_add(completion, each.at[i]);
}

/* Offers candidates for the verb's next argument. */
static void position_add(struct completion *completion, const struct verb *verb)
{
	struct words kinds = { 0 };
	int at = completion->words.nr;
	bool repeats;
	char *last;

	words_split(&kinds, verb->words ? verb->words : "", " ");
	if (!kinds.nr)
		return;
	last = kinds.at[kinds.nr - 1];
	repeats = txt_ends(last, "...");
	if (repeats)
		last[strlen(last) - 3] = '\0';
	if (at < kinds.nr)
		kinds_add(completion, kinds.at[at]);
	else if (repeats)
		kinds_add(completion, last);
}

/* Returns the option that @word ("-i", "--image", "--image=") names, or NULL. */
static const struct verb_option *option_of(const struct program *program, const struct verb *verb,
					   const char *word)
{
	int nr;

	if (word[0] != '-' || !word[1])
		return NULL;
	if (word[1] == '-')
		nr = verb_option_find(program, verb, word + 2, strcspn(word + 2, "="), 0);
	else
		nr = verb_option_find(program, verb, NULL, 0, word[1]);
	return nr < 0 ? NULL : verb_option_nth(program, verb, nr);
}

static bool value_is_attached(const char *word)
{
	return word[1] == '-' ? strchr(word, '=') != NULL : word[1] && word[2];
}

/* Offers candidates for the last of @words, the @nr words that follow the verb. */
static void arguments_add(struct completion *completion, const struct verb *verb, int nr,
			  char **words)
{
	const struct verb_option *option = NULL;
	const char *equal = strchr(completion->typed, '=');

	/* After each word, @option is the option whose value the next word is, or NULL. */
	for (int i = 0; i < nr - 1; i++) {
		bool is_value = option;

		option = is_value ? NULL : option_of(completion->program, verb, words[i]);
		if (option && (!verb_option_wants_value(option) || value_is_attached(words[i])))
			option = NULL;
		else if (!option && !is_value && *words[i] != '-')
			words_add(&completion->words, words[i]);
		if (!strcmp(words[i], "--")) {
			printf(":files\n");
			return;
		}
	}
	if (option) {
		kinds_add(completion, option->kind);
	} else if (txt_starts(completion->typed, "--") && equal) {
		completion->before = txt_copy_part(completion->typed,
						   equal + 1 - completion->typed);
		option = option_of(completion->program, verb, completion->typed);
		kinds_add(completion, option ? option->kind : NULL);
	} else if (*completion->typed == '-') {
		options_add(completion, verb);
	} else {
		position_add(completion, verb);
	}
}

void complete_print(const struct program *program, int nr, char **words)
{
	struct completion completion = {
		.program = program,
		.typed = nr ? words[nr - 1] : "",
		.before = "",
	};
	const struct verb *verb;
	int taken;

	if (nr < 2) {
		verbs_add(&completion, NULL);
		if (*completion.typed == '-') {
			completion_add(&completion, "--help");
			completion_add(&completion, "--version");
		}
		return;
	}
	verb = verb_find(program, words[0], nr > 2 ? words[1] : NULL);
	if (!verb) {
		if (nr == 2)
			verbs_add(&completion, words[0]);
		return;
	}
	taken = verb_name_words(verb);
	arguments_add(&completion, verb, nr - taken, words + taken);
}
