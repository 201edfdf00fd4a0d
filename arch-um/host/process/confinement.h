/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * confinement.h - what outlives a restart, and the process that starts helpers
 */
#ifndef UM_HOST_CONFINEMENT_H
#define UM_HOST_CONFINEMENT_H

#include <um/types.h>

/* Environment of a restarted program: confinement holds; the value is the starter's socket, or 0. */
#define CONFINED_VARIABLE "UMLAB_CONFINED"

/*
 * helper_host.c: host_starter_start - if a helper may be wanted, fork the process that can start
 * it; before confinement. host_starter_inherit - take over the one of before a restart, by
 * the variable's value. host_starter_fd - its socket, which a restart keeps open; 0: none.
 */
void host_starter_start(void);
void host_starter_inherit(const char *value);
int host_starter_fd(void);

/* helper_host.c: value of a variable of our environment, "" if there is none. */
const char *host_environment_get(const char *name);

/* confinement.c: @envp for the next run of this program, with word of what holds. */
char **host_confined_environment(char **envp);

#endif /* UM_HOST_CONFINEMENT_H */
