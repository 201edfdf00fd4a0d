/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verb_help.h - print help texts and man pages from a program's table of verbs
 */
#ifndef VERB_HELP_H
#define VERB_HELP_H

#include <stdio.h>

#include "base/verb.h"

/* Print the list of verbs, and the help of one verb. */
void program_help_print(const struct program *program, FILE *out);
void verb_help_print(const struct program *program, const struct verb *verb);

/* Print man pages in roff, in English: PROGRAM(1) with all verbs, and PROGRAM-VERB(1). */
void program_man_print(const struct program *program);
void verb_man_print(const struct program *program, const struct verb *verb);

#endif
