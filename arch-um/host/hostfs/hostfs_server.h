/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_server.h - start the process that accesses host folders for the guest
 */
#ifndef UM_HOSTFS_SERVER_H
#define UM_HOSTFS_SERVER_H

/*
 * hostfs_server_start - fork the server with the open roots. Returns our end of its socket, and in
 * *@walls which walls of its sandbox stand (enum hostfs_sandbox), or -errno.
 */
int hostfs_server_start(unsigned int *walls);

#endif /* UM_HOSTFS_SERVER_H */
