/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_capture.h - capture packets while a command runs, and count those that match
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

/* Is tshark installed? */
bool check_capture_possible(void);
/*
 * Starts to capture @what, a collision domain or MACHINE:ethN. False: the capture did not start,
 * and the other functions must not be called.
 */
bool check_capture_begin(struct check_capture *capture, const struct lab *lab, const char *what);
/*
 * Ends the capture; the file stays until check_capture_forget(). False: the capture had ended
 * before, for example because the machines sent more than 64 MB.
 */
bool check_capture_end(struct check_capture *capture);
/* Returns how many packets match a display filter of tshark; -1: the filter is invalid. */
int check_capture_count(const struct check_capture *capture, const char *filter);
/* Removes the file of an ended capture. */
void check_capture_forget(struct check_capture *capture);

#endif
