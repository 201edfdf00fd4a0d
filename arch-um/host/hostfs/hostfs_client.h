/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_client.h - connect the kernel process with the hostfs server
 *
 * host_fs_*() are declared in um/host.h.
 */
#ifndef UM_HOSTFS_CLIENT_H
#define UM_HOSTFS_CLIENT_H

/* hostfs_client_environment - return @envp for the next run of this program, with the server. */
char **hostfs_client_environment(char **envp);

#endif /* UM_HOSTFS_CLIENT_H */
