/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keeper_kernel.h - the kernel of a machine: its command line, its folder, its process
 */
#ifndef KEEPER_KERNEL_H
#define KEEPER_KERNEL_H

#include <sys/types.h>

#include "machine/machine.h"

/* Makes the runtime folder and, if missing, the disk. 0, or -errno with a reason. */
int keeper_kernel_prepare(struct machine *machine, char **reason);
/* Starts the kernel: its number and pidfd. 0, or -errno with a reason. */
int keeper_kernel_spawn(const struct machine *machine, pid_t *pid, int *pidfd, char **reason);
/* The same for a kernel that runs already; -ESRCH: it has ended. */
int keeper_kernel_adopt(const struct machine *machine, pid_t *pid, int *pidfd);

#endif
