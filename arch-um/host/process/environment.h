/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * environment.h - remember what the host gave this process at its start
 */
#ifndef UM_HOST_ENVIRONMENT_H
#define UM_HOST_ENVIRONMENT_H

#include <um/types.h>

struct um_boot;

/* host_environment_init - remember @boot, which stays valid, and the processors of this thread. */
void host_environment_init(const struct um_boot *boot);

/* Return the arguments and the environment variables. A NULL ends each list. */
char **host_arguments(void);
char **host_environment(void);

/* host_environment_get - return the value of variable @name; "" if there is none. */
const char *host_environment_get(const char *name);

/* host_hwcap2 - return AT_HWCAP2: features of the processor that the host has enabled. */
uint64_t host_hwcap2(void);

/* host_processors_restore - let this thread use all processors that it had at the start. */
void host_processors_restore(void);

#endif /* UM_HOST_ENVIRONMENT_H */
