/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_option.h - parse the folders of a hostfs= option
 */
#ifndef HOSTFS_OPTION_H
#define HOSTFS_OPTION_H

#include <linux/types.h>

enum {
	HOSTFS_ROOTS = 16,
	HOSTFS_PATH_SIZE = 512,
};

/* A folder that hostfs= names. Neither string has a slash at the end, except "/" itself. */
struct hostfs_root {
	char path[HOSTFS_PATH_SIZE];	/* on the host, absolute */
	char name[HOSTFS_PATH_SIZE];	/* what the guest calls it; by default the same */
	bool read_only;
};

/*
 * hostfs_option_parse - parse @s. Each folder is stored in *@root in turn, and @each, unless NULL,
 * is called with it; if @each fails, parsing ends. Returns the number of folders, -EINVAL with the
 * reason in *@why if @s is malformed, or what @each returned.
 */
int hostfs_option_parse(const char *s, struct hostfs_root *root,
			int (*each)(const struct hostfs_root *root, void *context), void *context,
			const char **why);

#endif /* HOSTFS_OPTION_H */
