/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rawterm.h - make the caller's terminal raw for a session, and restore it
 */
#ifndef RAWTERM_H
#define RAWTERM_H

/* Makes the terminal @fd raw until rawterm_leave() or the end of the process. */
void rawterm_enter(int fd);
void rawterm_leave(void);
/* Formats rows and columns of the terminal @fd; 24 and 80 if it has no size. */
char *rawterm_size(int fd, const char *format);
/* Returns the code of a key such as "^]", "ctrl-]" or "q", or -1. */
int rawterm_key_parse(const char *text);

#endif
