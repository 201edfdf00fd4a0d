/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serve.h - serve the sockets in the switch's folder, and connect peers to ports
 */
#ifndef SERVE_H
#define SERVE_H

/*
 * Makes the folder and starts to serve the sockets in it, whose files get @mode. Returns 0 or
 * -errno; -EADDRINUSE if another switch serves the folder.
 */
int serve_start(const char *folder, unsigned int mode);

/* Removes the sockets and the folder. */
void serve_stop(void);

#endif /* SERVE_H */
