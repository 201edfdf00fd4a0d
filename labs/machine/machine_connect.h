/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_connect.h - connect to a machine's keeper, and start one if needed
 */
#ifndef MACHINE_CONNECT_H
#define MACHINE_CONNECT_H

#include "machine/machine.h"

/*
 * Starts a keeper, which starts the machine, or adopts it if it runs. Returns a descriptor that
 * becomes readable with one line: "up" once the kernel has opened its consoles, or an error
 * message. -errno: no process could be started.
 */
int machine_keeper_spawn(const struct machine *machine);

/* Returns a connection to the keeper, or -ENOTCONN. Replaces a keeper that died. */
int machine_connect(const struct machine *machine);
/* Sends a request to the keeper and waits for the answer. 0; -EIO: the keeper refused; -errno. */
int machine_call(const struct machine *machine, const char *request);

#endif
