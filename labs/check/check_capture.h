/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_capture.h - claims about the packets in a network while a command runs
 */
#ifndef CHECK_CAPTURE_H
#define CHECK_CAPTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lab/labfile.h"

struct check_capture {
	char *file;
	pid_t pid;
};

/* Is tshark there? */
bool check_capture_possible(void);
/* @what as for `umlab capture`. False: it did not start; then call nothing else. */
bool check_capture_begin(struct check_capture *capture, const struct lab *lab, const char *what);
/* Ends the capture; the file stays until check_capture_forget(). */
void check_capture_end(struct check_capture *capture);
/* How many packets match a display filter of tshark; -1: the filter is invalid. */
int check_capture_count(const struct check_capture *capture, const char *filter);
void check_capture_forget(struct check_capture *capture);

#endif
