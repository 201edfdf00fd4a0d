/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * say.h - one line on standard error, and the end of a program
 */
#ifndef SAY_H
#define SAY_H

enum exit_status {
	STATUS_OK,
	STATUS_FAILED,		/* could not be done */
	STATUS_USAGE,		/* was not understood */
};

extern const char *say_name;	/* stands before each line */

/* say - what happened, which thing, what to do. die - the same, then exit(@status). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* say_to - if not NULL, every line also goes there (a machine's log). */
extern void (*say_to)(const char *line);

#endif /* SAY_H */
