/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - run other programs of the host
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

/* 0 when it ends well; else -EIO, and *reason is what it printed last. */
int spawn_quietly(const char *const *command, char **reason);
/* With our own input and output; its exit status. */
int spawn_here(const char *const *command);
/* What it prints on standard output, or NULL when it fails. */
char *spawn_output(const char *const *command);

#endif
