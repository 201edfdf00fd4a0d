/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * helper_host.h - run the starter, the process that starts helpers for a confined kernel process
 *
 * host_helper_*() are declared in um/host.h.
 */
#ifndef UM_HOST_HELPER_HOST_H
#define UM_HOST_HELPER_HOST_H

/* host_starter_start - fork the starter if a helper may be needed. Called before confinement. */
void host_starter_start(void);

/* host_starter_inherit - take over the starter that ran before a restart; @value: its socket. */
void host_starter_inherit(const char *value);

/* host_starter_fd - return the socket to the starter, which a restart keeps open; 0: none. */
int host_starter_fd(void);

#endif /* UM_HOST_HELPER_HOST_H */
