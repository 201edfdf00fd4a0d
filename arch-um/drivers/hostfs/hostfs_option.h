/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_option.h - parse the folders of a hostfs= option
 */
#ifndef HOSTFS_OPTION_H
#define HOSTFS_OPTION_H

#include <linux/types.h>

enum {
	HOSTFS_ROOTS = 16,
};

/* A folder that hostfs= names. */
struct hostfs_root {
	const char *path;		/* absolute, no slash at the end, not NUL-terminated */
	size_t path_size;
	bool read_only;
	int fd;				/* -1: not open */
};

/*
 * hostfs_option_parse - parse @s into @roots, an array of HOSTFS_ROOTS. NULL: only check @s.
 * Returns the number of folders, or -EINVAL with the reason in *@why if @s is malformed.
 */
int hostfs_option_parse(const char *s, struct hostfs_root *roots, const char **why);

#endif /* HOSTFS_OPTION_H */
