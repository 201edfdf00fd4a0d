/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - run a command line: find the verb, print help, versions, man pages, candidates
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "base/verb.h"

/* `help [--man | --names] [VERB]`: the last entry in the table of every program. */
extern const struct verb program_help_verb;

/*
 * Does what the command line asks for and returns the exit status. Besides the verbs of the
 * table every program has --help, --version, `help` and `complete WORD...` (for shells).
 */
enum status program_run(const struct program *program, int argc, char **argv);

#endif
