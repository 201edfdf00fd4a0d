/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tell.h - print messages to the user: errors, warnings, notes
 */
#ifndef TELL_H
#define TELL_H

#include <stdbool.h>

#include "base/status.h"

/* The options -q and -v set tell_level, which decides which messages are printed. */
enum tell_level { TELL_QUIET, TELL_NORMAL, TELL_VERBOSE };
extern enum tell_level tell_level;

/* Translations: _() translates a text, N_() marks a text that is translated later. */
#include <libintl.h>
#define _(text) gettext(text)
#define N_(text) text

/* Set and return the program's name, with which each message starts. */
void tell_init(const char *program);
const char *tell_program(void);

/* Print one line to standard error: "umlab: TEXT", or "umlab: warning: TEXT". */
void tell_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Print a note, unless -q was given, or a detail, if -v was given. */
void tell_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Is @fd a terminal that may show colours and redrawn lines? Not with NO_COLOR or TERM=dumb. */
bool tell_fancy(int fd);

/* Asks a question on the terminal. True: the answer was yes. False without a terminal. */
bool tell_confirm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
