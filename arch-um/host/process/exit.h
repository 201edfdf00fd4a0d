/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exit.h - end the process with an error message
 *
 * host_exit() and host_restart() are declared in um/host.h.
 */
#ifndef UM_HOST_EXIT_H
#define UM_HOST_EXIT_H

/* host_fail - print @reason as one line to standard error and exit with status 1. */
void host_fail(const char *reason) __attribute__((noreturn));

#endif /* UM_HOST_EXIT_H */
