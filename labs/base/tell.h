/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tell.h - messages to the user: errors, warnings, notes
 */
#ifndef TELL_H
#define TELL_H

#include <stdbool.h>

#include "base/status.h"

/* Which messages are printed; the options -q and -v set it. */
enum tell_level { TELL_QUIET, TELL_NORMAL, TELL_VERBOSE };
extern enum tell_level tell_level;

/* Translations: _() looks a text up, N_() marks one that is looked up later. */
#include <libintl.h>
#define _(text) gettext(text)
#define N_(text) text

/* The name in front of each message. */
void tell_init(const char *program);
const char *tell_program(void);

/* One line on standard error: "umlab: text". Warnings begin with "warning: ". */
void tell_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Notes are not printed with -q, details only with -v. */
void tell_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* May colours and moving lines be shown? Only on a terminal, without NO_COLOR and TERM=dumb. */
bool tell_fancy(int fd);

/* Asks a question on the terminal; without a terminal the answer is no. */
bool tell_confirm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
