/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spawn.h - run other programs on the host and wait for them
 *
 * @command ends with NULL; its first word is looked up in PATH.
 */
#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

/*
 * Runs @command without input and hides its output. 0; -EIO if the command failed, with the last
 * line that it printed in *reason; -errno if the command could not be started.
 */
int spawn_quietly(const char *const *command, char **reason);
/* Runs @command with our input and output. Returns its exit status, or 128 + a signal. */
int spawn_here(const char *const *command);
/* Runs @command without input. Returns its standard output, or NULL if the command fails. */
char *spawn_output(const char *const *command);

#endif
