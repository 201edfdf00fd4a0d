/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - run other programs of the host
 */
#ifndef RUN_H
#define RUN_H

#include <sys/types.h>

/* 0 when it ends well; else -EIO, and *reason is what it printed last. */
int run_quietly(const char *const *command, char **reason);
/* With our own input and output; its exit status. */
int run_here(const char *const *command);
/* What it prints on standard output, or NULL when it fails. */
char *run_output(const char *const *command);

#endif
