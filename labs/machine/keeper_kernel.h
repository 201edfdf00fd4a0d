/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_kernel.h - start or adopt a machine's kernel, and prepare its files
 */
#ifndef KEEPER_KERNEL_H
#define KEEPER_KERNEL_H

#include <sys/types.h>

#include "machine/machine.h"

/* Makes the machine's runtime folder and, if missing, its disk. 0, or -errno with a reason. */
int keeper_kernel_prepare(struct machine *machine, char **reason);
/* Starts the kernel and opens a pidfd for it. 0, or -errno with a reason. */
int keeper_kernel_spawn(const struct machine *machine, pid_t *pid, int *pidfd, char **reason);
/* Opens a pidfd for the kernel that runs already. 0, or -ESRCH if it has ended. */
int keeper_kernel_adopt(const struct machine *machine, pid_t *pid, int *pidfd);

#endif
