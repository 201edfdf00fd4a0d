/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb_complete.h - find candidates for the word at which the user pressed TAB
 */
#ifndef VERB_COMPLETE_H
#define VERB_COMPLETE_H

#include "base/verb.h"

/* One request for candidates; the program's complete() reads it. */
struct completion {
	const struct program *program;
	const char *typed;		/* the unfinished word */
	const char *before;		/* "--image=" while its value is being typed, else "" */
	struct words words;		/* the verb's complete arguments, without options */
	struct words shown;
};

/* Offers @word if it begins with the typed text. The user can go on typing after =, : or /. */
void completion_add(struct completion *completion, const char *word);

/*
 * Prints the candidates for the last of @words, one whole word per line. @words are the @nr words
 * after the program's name. The lines ":files" and ":dirs" ask the shell to offer paths.
 */
void complete_print(const struct program *program, int nr, char **words);

#endif
