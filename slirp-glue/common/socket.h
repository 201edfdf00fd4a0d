/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * socket.h - make sockets with a name in the file system, and connect to them
 */
#ifndef SOCKET_H
#define SOCKET_H

/*
 * Makes a listening socket of @type at @path, whose file gets @mode. A file that nobody serves
 * any more is replaced. Returns the descriptor or -errno; -EADDRINUSE if a process serves it.
 */
int socket_listen(const char *path, int type, unsigned int mode);

/* Connects to a socket of @type at @path; returns the descriptor or -errno. */
int socket_connect(const char *path, int type);

#endif /* SOCKET_H */
