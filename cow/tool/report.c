// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - print messages and the progress bar, and note interruption by signals
 *
 * Used by all verbs of umlab-disk on the main thread. SIGINT, SIGTERM and SIGHUP only set a
 * flag. A verb checks this flag after each step and returns if it is set, so that main() removes
 * the unfinished output (output.c). The progress bar appears on a terminal only.
 */
#include "report.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/tell.h"
#include "base/txt.h"

static volatile sig_atomic_t interrupted;
static bool bar_shown;

static void on_signal(int number)
{
	interrupted = number;
}

void report_init(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void report_end(void)
{
	if (bar_shown)
		fputs("\r\033[K", stderr);
	bar_shown = false;
}

const char *report_clean(const char *text)
{
	return clean_text(text, CLEAN_ONE_LINE);
}

enum status report_error(const char *format, ...)
{
	char *text;
	va_list args;

	report_end();
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	/* tell_error() cleans it: paths and names out of a header may have control characters. */
	tell_error("%s", text ? text : format);
	free(text);
	return STATUS_FAILED;
}

enum status report_failure(const struct cow_error *error)
{
	if (interrupted)
		return report_error("interrupted; existing files have kept their content");
	return report_error("%s", error->text);
}

bool report_step(const char *what, uint64_t done, uint64_t total)
{
	static const char full[] = "########################################";
	static int shown = -1;
	int percent = total ? done * 100.0 / total : 100;

	if (isatty(STDERR_FILENO) && percent != shown) {
		fprintf(stderr, "\r%-10s %3d%% [%-40.*s]", what, percent, percent * 40 / 100, full);
		fflush(stderr);
		bar_shown = true;
		shown = percent;
	}
	return interrupted;
}

static bool step(struct cow_progress *progress, const char *what, uint64_t done, uint64_t total)
{
	return report_step(what, done, total);
}

struct cow_progress report_progress = { step };

int report_interrupted(void)
{
	return interrupted;
}
