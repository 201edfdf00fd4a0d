/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb_complete.h - candidates for the word at which the user pressed TAB
 */
#ifndef VERB_COMPLETE_H
#define VERB_COMPLETE_H

#include "base/verb.h"

/* One request for candidates; the program's complete() reads it. */
struct completion {
	const struct program *program;
	const char *typed;		/* the unfinished word */
	const char *before;		/* "--image=" while its value is typed, else "" */
	struct words words;		/* arguments of the verb that are complete, no options */
	struct words shown;
};

/* Offers @word if it begins with what was typed. One that ends in =, : or / is continued. */
void completion_add(struct completion *completion, const char *word);

/*
 * Prints the candidates for the last of @words, which follow the program's name: one a line,
 * each a whole word. ":files" and ":dirs" ask the shell for paths.
 */
void complete_print(const struct program *program, int nr, char **words);

#endif
