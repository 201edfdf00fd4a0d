/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - give up what a network process never needs
 */
#ifndef SANDBOX_H
#define SANDBOX_H

enum sandbox {
	SANDBOX_SWITCH,		/* local sockets, no files but the removal of its own */
	SANDBOX_UPLINK,		/* sockets of any kind, and reading of files */
};

/*
 * sandbox_enter - from now on this process and all its threads can make only the host calls
 * of that kind; everything else fails with EPERM. No program can be started, no
 * other process reached, no file written. Call it when all is set up. -errno.
 */
int sandbox_enter(enum sandbox kind);

#endif /* SANDBOX_H */
