/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - declare the first C code of the process
 */
#ifndef UM_HOST_BOOT_H
#define UM_HOST_BOOT_H

#include <um/types.h>

/*
 * host_boot - set up the process and start the kernel. Called by x86/start.S on the boot task's
 * stack. @stack is where the host left argc, the arguments, the environment and the auxiliary
 * vector.
 */
void host_boot(uint64_t *stack) __attribute__((noreturn));

#endif /* UM_HOST_BOOT_H */
