/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb.h - one entry for each verb of the command: its options, its help, its function
 *
 * The same entry gives the parser of its arguments, `umlab help VERB`, the man page
 * umlab-VERB(1) and completion, so these cannot differ.
 */
#ifndef VERB_H
#define VERB_H

#include "base/tell.h"
#include "base/txt.h"

struct verb_option {
	char letter;		/* 0: none */
	const char *name;	/* NULL ends the list */
	const char *value;	/* what its value is called; NULL: a flag. With "[]" around: may be missing */
	const char *help;
};

/* What was given: read by verb_flag() and its sisters. */
struct verb_args {
	const struct verb *verb;
	struct words values[32];	/* by position in the list of options */
	struct words words;		/* everything else */
	struct words command;		/* behind -- */
	bool has_command;
};

struct verb {
	const char *name;		/* "image build": two words for the verbs of a group */
	const char *group;		/* title in the list of all verbs; NULL: not listed there */
	const char *usage;		/* behind the name */
	const char *summary;		/* one line */
	const char *help;		/* paragraphs, or NULL */
	const struct verb_option *options;
	const char *completes;		/* kinds of its words: machine lab image file snapshot domain verb */
	/* Options end at the first word: what follows is a command line (exec). */
	bool takes_command;
	enum status (*run)(struct verb_args *args);
};

extern const struct verb *const verbs[];
const struct verb *verb_find(const char *first, const char *second);

/* Fills @args from argv behind the verb; dies with a usage line when something is wrong. */
void verb_parse(const struct verb *verb, int argc, char **argv, struct verb_args *args);
/* How often a flag was given, and the last value of an option (NULL: none). */
int verb_flag(const struct verb_args *args, const char *option);
const char *verb_value(const struct verb_args *args, const char *option);
const struct words *verb_values(const struct verb_args *args, const char *option);
/* Dies unless the number of words is in this range; @most < 0: any. */
void verb_want_words(const struct verb_args *args, int least, int most);
void verb_die_usage(const struct verb *verb, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

void verb_help(const struct verb *verb);
void verb_help_all(void);
void verb_man(const struct verb *verb);

#endif
