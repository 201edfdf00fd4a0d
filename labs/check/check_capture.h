/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_capture.h - claims about what passes a network while a command runs
 */
#ifndef CHECK_CAPTURE_H
#define CHECK_CAPTURE_H

#include <sys/types.h>

#include "lab/labfile.h"

struct capture {
	char *file;
	pid_t pid;
};

/* Is tshark there? */
bool capture_possible(void);
/* @what as for `umlab capture`. False: it did not start; then nothing else is called. */
bool capture_begin(struct capture *capture, const struct lab *lab, const char *what);
void capture_end(struct capture *capture);
/* Packets that match one of tshark's display filters; -1: it is none. */
int capture_count(const struct capture *capture, const char *filter);
void capture_forget(struct capture *capture);

#endif
