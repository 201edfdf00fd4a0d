/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_roots.h - the folders that hostfs= names, opened once
 *
 * host_fs_root_add() is declared in um/host.h.
 */
#ifndef UM_HOSTFS_ROOTS_H
#define UM_HOSTFS_ROOTS_H

#include <um/types.h>

/* Environment variable that tells a restarted program the descriptor of the server's socket. */
#define HOSTFS_VARIABLE "UMLAB_HOSTFS"

enum {
	HOSTFS_ROOTS_MAX = 16,
	HOSTFS_ROOT_NAME_SIZE = 512,
};

struct hostfs_root_folder {
	char name[HOSTFS_ROOT_NAME_SIZE];	/* what the guest calls it */
	int fd;
	bool read_only;
};

extern struct hostfs_root_folder hostfs_roots_open[HOSTFS_ROOTS_MAX];
extern unsigned int hostfs_nr_roots_open;

/* hostfs_roots_close - close the descriptors in the kernel process; the server has its own. */
void hostfs_roots_close(void);

#endif /* UM_HOSTFS_ROOTS_H */
