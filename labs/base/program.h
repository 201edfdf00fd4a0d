/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - run a command line: find the verb, or print help, a version or candidates
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "base/verb.h"

/* The verb `help [--man | --names] [VERB]`, the last entry in the table of every program. */
extern const struct verb program_help_verb;

/*
 * Does what the command line asks for and returns the exit status. Besides the verbs in its table,
 * every program has --help, --version, `help` and `complete WORD...` (for shells).
 */
enum status program_run(const struct program *program, int argc, char **argv);

/*
 * Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed: otherwise the next file
 * to be opened would get this number. main() calls this function first.
 */
void program_open_standard(void);

#endif
