/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * progress.h - show the progress of several operations that run at the same time
 *
 * On a terminal each operation has a line that changes. Elsewhere each change prints a new line.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

/* Starts a table of @nr lines. */
void progress_begin(int nr);
/* Sets line @at, from 0. If @ended, stops the line's clock and colours it green (@good) or red. */
void progress_set(int at, const char *name, const char *text, bool good, bool ended);
/* Draws all lines with their elapsed times. Does nothing unless standard error is a terminal. */
void progress_draw(void);
/* Draws the table for the last time and frees it. */
void progress_end(void);

#endif
