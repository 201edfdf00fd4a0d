/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * die_usage.h - end the program because the arguments of a verb make no sense together
 */
#ifndef DIE_USAGE_H
#define DIE_USAGE_H

#include "base/verb.h"

/* Prints "umlab: VERB: what is wrong" and the usage line, and exits with STATUS_USAGE. */
void die_usage(const struct verb_args *args, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
