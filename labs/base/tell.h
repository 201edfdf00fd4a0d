/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tell.h - what the command tells its user: results, remarks, errors
 */
#ifndef TELL_H
#define TELL_H

#include <stdbool.h>

#include "base/status.h"

/* How much is told; set by main() from -q and -v. */
enum tell_level { TELL_QUIET, TELL_NORMAL, TELL_VERBOSE };
extern enum tell_level tell_level;

/* Translated texts: _("...") is looked up, N_("...") only marked. */
#include <libintl.h>
#define _(text) gettext(text)
#define N_(text) text

/* Which program speaks: umlab, or the name it was called by. */
void tell_init(const char *program);
const char *tell_program(void);

/* One line on standard error: "umlab: what". */
void tell_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A remark on standard error, not under -q; only under -v. */
void tell_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* May this descriptor show colours and lines that move? Not off a terminal, with NO_COLOR or TERM=dumb. */
bool tell_fancy(int fd);

/* Asks on the terminal; without one the answer is no. */
bool tell_confirm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
