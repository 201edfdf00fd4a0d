/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * progress.h - one line for each of several things that happen at the same time
 *
 * On a terminal the lines stay and change; elsewhere each change is a line.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

void progress_begin(int nr);
/* What line @at shows now; drawn by progress_draw(). */
void progress_set(int at, const char *name, const char *text, bool good, bool ended);
void progress_draw(void);
void progress_end(void);

#endif
