/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * die.h - end the command with one line about what is wrong
 *
 * Only cli/ ends the program: the rooms below it return errors.
 */
#ifndef DIE_H
#define DIE_H

#include "base/tell.h"
#include "base/verb.h"

/* Prints like tell_error() and exits with @status. */
void die(enum status status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
/* As die(), with STATUS_USAGE and the usage line of the verb: "umlab: VERB: what is wrong". */
void die_usage(const struct verb_args *args, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* For txt_no_memory. */
void die_no_memory(void);

#endif
