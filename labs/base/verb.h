/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb.h - describe and parse the command lines of umlab, umlab-disk and umlab-net
 *
 * Each program describes itself with a struct program: a table of verbs with their options.
 * The parser (verb.c), the help and man pages (verb_help.c) and the completion (verb_complete.c)
 * all use this table, so they always agree. main() passes its arguments to program_run()
 * (program.h).
 *
 * Completion kinds. A kind says what an option's value or a word is, so that the shell can
 * offer candidates. verb_complete.c knows "file", "dir" and "verb". "=TEXT" offers TEXT itself.
 * Any other kind is passed to the program's complete(). Alternatives are joined with "|".
 *
 * These files use only the C library, tell.c and txt.c: umlab-disk is linked statically and
 * runs in guests. Nothing here ends the program.
 */
#ifndef VERB_H
#define VERB_H

#include <stdbool.h>

#include "base/status.h"
#include "base/txt.h"

enum { VERB_OPTIONS_MAX = 48 };

/* Special groups: HIDDEN for verbs that the help does not list; LAST for the last group. */
enum { VERB_GROUP_HIDDEN = 0, VERB_GROUP_LAST = ~0u };

struct verb_option {
	char letter;			/* 0: none */
	const char *name;		/* without "--"; NULL ends a list */
	const char *value;		/* "SIZE"; "[SIZE]" if optional; NULL: a flag */
	const char *kind;		/* completion kind of the value, or NULL */
	const char *help;		/* "Set the memory of the machine" */
	const char *preset;		/* default, as the help shows it, or NULL */
	const char *range;		/* accepted values, as shown in the help, or NULL */
	long min, max;			/* accepted integers, checked and shown, if max > 0 */
};

/* Where the arguments of a verb may hold the command line of another program. */
enum verb_command {
	VERB_COMMAND_NONE,
	VERB_COMMAND_DASHES,		/* only after "--" */
	VERB_COMMAND_WORD,		/* also right after the first word: exec pc1 ls -l */
};

struct program;
struct verb_args;

struct verb {
	const char *name;		/* "image build": two words for a verb of a group */
	unsigned int group;		/* index of a title in program.groups, or VERB_GROUP_... */
	const char *usage;		/* what follows the name: "[OPTION]... MACHINE..." */
	const char *summary;		/* one line that starts with a verb, no full stop */
	const char *help;		/* paragraphs, or NULL */
	const char *examples;		/* command lines for the help and the man page, or NULL */
	const struct verb_option *options;	/* or NULL */
	/* Completion kinds of the words by position: "machine snapshot"; "..." repeats the last. */
	const char *words;
	int min_words, max_words;	/* number of words, checked; max_words < 0: any */
	enum verb_command command;
	enum status (*run)(const struct verb_args *args);
};

/* A section of a program's man page: plain text, blank lines between paragraphs. */
struct verb_note {
	const char *title;		/* "FILES"; NULL ends the list */
	const char *text;
};

struct completion;

struct program {
	const char *name;
	const char *version;
	const char *purpose;		/* one line that starts with a verb */
	const char *description;	/* paragraphs for the man page, or NULL */
	const char *footer;		/* lines after the list of verbs in the help, or NULL */
	const char *see_also;		/* "umlab-disk(5), umlab-linux(1)", or NULL */
	const char *const *groups;	/* titles, from index 1 on; NULL ends the list */
	const struct verb *const *verbs;	/* ends with &program_help_verb, NULL */
	const struct verb_note *notes;	/* or NULL */
	bool has_pages;			/* each verb has a separate page PROGRAM-VERB(1) */
	bool has_levels;		/* each verb takes -q and -v, which set tell_level */
	bool is_translated;		/* gettext() translates the texts of the table */
	/* Called before any verb except help. Any status except STATUS_OK ends the program. */
	enum status (*prepare)(void);	/* NULL: nothing to do */
	/* Offers candidates for kinds that only the program knows; NULL: there are none. */
	void (*complete)(struct completion *completion, const char *kind);
};

/* A parsed command line, to be read through verb_flag() and the functions that follow. */
struct verb_args {
	const struct program *program;
	const struct verb *verb;
	struct words values[VERB_OPTIONS_MAX];	/* indexed by verb_option_find() */
	struct words words;		/* arguments other than options */
	struct words command;		/* see enum verb_command */
	bool has_command;
};

enum verb_outcome {
	VERB_READY,			/* the arguments are valid: call verb->run() */
	VERB_HELP,			/* --help was given: print the verb's help */
	VERB_WRONG,			/* an error was printed: the status is STATUS_USAGE */
};

/* Finds a verb by the first one or two words of a command line. NULL: no such verb. */
const struct verb *verb_find(const struct program *program, const char *first, const char *second);
/* Returns how many words the verb's name has: 1 or 2. */
int verb_name_words(const struct verb *verb);
/* Does the name of @verb start with the word @group ("image")? */
bool verb_in_group(const struct verb *verb, const char *group);

/*
 * Returns the option at position @nr, from 0, or NULL after the last one. The verb's own options
 * come first, then the options that all verbs take.
 */
const struct verb_option *verb_option_nth(const struct program *program, const struct verb *verb,
					  int nr);
/*
 * Returns the position of the option with the name @name, of @size characters, or -1. If @name is
 * NULL, looks for the option with the letter @letter.
 */
int verb_option_find(const struct program *program, const struct verb *verb, const char *name,
		     size_t size, char letter);
/* Does the option require a value? (An optional value can only be attached with "=".) */
bool verb_option_wants_value(const struct verb_option *option);

/* Fills @args from the arguments that follow the verb. */
enum verb_outcome verb_parse(const struct program *program, const struct verb *verb, int argc,
			     char **argv, struct verb_args *args);

/* Returns how many times the option was given. */
int verb_flag(const struct verb_args *args, const char *option);
/* Returns the option's last value, or NULL. */
const char *verb_value(const struct verb_args *args, const char *option);
/* Returns all values of the option. */
const struct words *verb_values(const struct verb_args *args, const char *option);
/* Returns the number given for an option with min and max (verb_parse() checked it), or @preset. */
long verb_number(const struct verb_args *args, const char *option, long preset);

/* Prints "PROGRAM: VERB: what is wrong" and the usage line; returns STATUS_USAGE. */
enum status verb_usage(const struct verb_args *args, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
