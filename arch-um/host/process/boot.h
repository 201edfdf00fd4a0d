/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - what host/ sets up before the kernel runs
 */
#ifndef UM_HOST_BOOT_H
#define UM_HOST_BOOT_H

#include <um/types.h>

/* boot.c: first C code, called by x86/start.S; @stack: argc and what follows. */
void host_boot(uint64_t *stack) __attribute__((noreturn));

/* handlers.c: install all signal handlers, on the machine's thread. */
void host_handlers_init(void);

/* timer.c: clocks and the timer; @vdso: AT_SYSINFO_EHDR or 0. */
void host_timer_init(uint64_t vdso);

/* boot.c: one line to standard error, exit status 1. */
void host_fail(const char *reason) __attribute__((noreturn));

/*
 * boot.c: what a program started by this process is to find as this one did: its
 * environment, and the processors it may use.
 */
char **host_environment(void);
void host_processors_restore(void);

#endif /* UM_HOST_BOOT_H */
