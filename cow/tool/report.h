/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - print messages and the progress bar, and note interruption by signals
 */
#ifndef TOOL_REPORT_H
#define TOOL_REPORT_H

#include "base/status.h"
#include "cow_options.h"
#include "text.h"

/* report_init - install the signal handlers. */
void report_init(void);
/* report_end - remove the progress bar from the terminal. */
void report_end(void);

/* report_error - print "umlab-disk: ..." and return STATUS_FAILED. */
enum status report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* report_failure - print the text of @error and return STATUS_FAILED. */
enum status report_failure(const struct cow_error *error);

/* report_clean - copy @text, perhaps from a header, without what controls a terminal. */
const char *report_clean(const char *text);

/* report_step - update the progress bar. Returns true if the user has interrupted the work. */
bool report_step(const char *what, uint64_t done, uint64_t total);

/* Lets functions of the library call report_step(). */
extern struct cow_progress report_progress;

/* report_interrupted - return the number of the signal that interrupted the work, or 0. */
int report_interrupted(void);

#endif /* TOOL_REPORT_H */
