// SPDX-License-Identifier: GPL-2.0-only
/*
 * progress.c - show the progress of several operations that run at the same time
 *
 * Called by labmake.c and verbs_class.c in the umlab command, when several machines start or stop.
 * Lines go to standard error, so standard output holds results only. If the lines do not fit on
 * the terminal, lines of successful operations are left out. With -q nothing is shown. There is
 * one table at a time.
 */
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/tell.h"
#include "base/timing.h"
#include "base/txt.h"

struct line {
	char *name, *text;
	bool good, ended;
	double since;		/* timing_seconds() when the line was first set */
	double took;		/* seconds from @since until the line was last set */
};

static struct line *lines;
static int nr_lines, nr_drawn;
static bool fancy;
static double begin;

void progress_begin(int nr)
{
	lines = calloc(nr + 1, sizeof(*lines));
	nr_lines = lines ? nr : 0;
	nr_drawn = 0;
	fancy = tell_fancy(STDERR_FILENO);
	begin = timing_seconds();
}

void progress_set(int at, const char *name, const char *text, bool good, bool ended)
{
	struct line *line = &lines[at];
	char *clean = clean_text(text, CLEAN_ONE_LINE);

	if (line->text && !strcmp(line->text, clean)) {
		free(clean);
		return;
	}
	if (!line->text)
		line->since = timing_seconds();
	free(line->text);
	free(line->name);
	line->name = clean_text(name, CLEAN_ONE_LINE);
	line->text = clean;
	line->good = good;
	line->ended = ended;
	line->took = timing_seconds() - line->since;
	if (fancy || tell_level < TELL_NORMAL)
		return;
	if (ended)
		fprintf(stderr, "%-16s %s (%.1f s)\n", line->name, line->text, line->took);
	else
		fprintf(stderr, "%-16s %s\n", line->name, line->text);
}

/* Returns the terminal's code for yellow while the operation runs, then for green or red. */
static int color_of(const struct line *line)
{
	return !line->ended ? 33 : line->good ? 32 : 31;
}

void progress_draw(void)
{
	struct winsize window = { .ws_row = 24 };
	int room, nr_ended = 0;

	if (!fancy || tell_level < TELL_NORMAL)
		return;
	ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
	room = window.ws_row > 4 ? window.ws_row - 3 : 20;
	if (nr_drawn)
		fprintf(stderr, "\033[%dA\033[J", nr_drawn);
	nr_drawn = 1;
	for (int i = 0; i < nr_lines; i++)
		nr_ended += lines[i].ended;
	for (int i = 0; i < nr_lines; i++) {
		struct line *line = &lines[i];

		if (!line->text || nr_drawn >= room ||
		    (nr_lines > room && line->ended && line->good))
			continue;
		fprintf(stderr, "  %-20s \033[%dm%-16s\033[0m %6.1f s\n", line->name,
			color_of(line),
			line->text, line->ended ? line->took : timing_seconds() - line->since);
		nr_drawn++;
	}
	fprintf(stderr, _("  %d of %d, %.1f s\n"), nr_ended, nr_lines, timing_seconds() - begin);
}

void progress_end(void)
{
	progress_draw();
	for (int i = 0; i < nr_lines; i++) {
		free(lines[i].name);
		free(lines[i].text);
	}
	free(lines);
	lines = NULL;
	nr_lines = 0;
}
