/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - give up rights that a network process never needs
 */
#ifndef SANDBOX_H
#define SANDBOX_H

enum sandbox {
	SANDBOX_SWITCH,		/* local sockets; files can only be removed */
	SANDBOX_UPLINK,		/* local, IP and netlink sockets; files can be read and removed */
};

/*
 * Limits this process and all its threads to the host calls of @kind; all others fail with EPERM.
 * The process can then neither start programs nor reach other processes nor open files for writing.
 * Called by run_switch.c and uplink.c once everything is set up. Returns 0 or -errno.
 */
int sandbox_enter(enum sandbox kind);

#endif /* SANDBOX_H */
