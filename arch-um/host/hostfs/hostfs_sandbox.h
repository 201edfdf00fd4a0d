/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_sandbox.h - confine the hostfs server to its folders
 */
#ifndef UM_HOSTFS_SANDBOX_H
#define UM_HOSTFS_SANDBOX_H

enum hostfs_sandbox {
	HOSTFS_SANDBOX_FILES = 1,	/* Landlock: no files but those below the roots */
	HOSTFS_SANDBOX_CALLS = 2,	/* seccomp: only the calls of the server */
};

/* hostfs_sandbox_enter - give up all other rights. Returns which walls stand. */
unsigned int hostfs_sandbox_enter(void);

#endif /* UM_HOSTFS_SANDBOX_H */
