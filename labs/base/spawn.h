/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - run other programs of the host and wait for them
 *
 * @command ends with NULL; its first word is looked up in PATH.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

/* Without input; 0, or -EIO with the last line that it printed in *reason, or -errno. */
int spawn_quietly(const char *const *command, char **reason);
/* With our own input and output; returns its exit status, or 128 + a signal. */
int spawn_here(const char *const *command);
/* Its standard output, or NULL when it fails. */
char *spawn_output(const char *const *command);

#endif
