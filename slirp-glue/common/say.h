/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * say.h - print one line for the user
 */
#ifndef SAY_H
#define SAY_H

/* Prints "umlab-net: " and the line to standard error, or passes the line to say_to(). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* If set, gets each line instead of standard error, and sends the line to a machine's log. */
extern void (*say_to)(const char *line);

#endif /* SAY_H */
