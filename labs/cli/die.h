/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * die.h - end the command with an error message
 *
 * Only files in cli/ end the program. The folders below cli/ return errors.
 */
#ifndef DIE_H
#define DIE_H

#include "base/tell.h"
#include "base/verb.h"

/* Prints like tell_error() and exits with @status. */
void die(enum status status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
/* Prints "umlab: VERB: MESSAGE" and the verb's usage line, and exits with STATUS_USAGE. */
void die_usage(const struct verb_args *args, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* Prints a message and exits. main() sets txt_no_memory to this function. */
void die_no_memory(void);

#endif
