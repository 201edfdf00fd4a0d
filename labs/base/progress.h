/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * progress.h - show the progress of several things that happen at the same time
 *
 * On a terminal each of them has a line that changes; elsewhere each change is a new line.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

void progress_begin(int nr);
/* Sets line @at, from 0. @good is about its colour, @ended stops its clock. */
void progress_set(int at, const char *name, const char *text, bool good, bool ended);
/* Shows all lines on a terminal, with the time that has passed. */
void progress_draw(void);
/* Draws for the last time. */
void progress_end(void);

#endif
