// SPDX-License-Identifier: GPL-2.0-only
/*
 * place.c - find or make the folders of running switches and uplinks
 *
 * Called by run_switch.c and uplink.c, which make these folders, and by client.c and run_uplink.c,
 * which look for them, on the main thread of umlab-net. The folders hold sockets that control
 * networks, so folders that another user could change are rejected.
 */
#include "common/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns 0 if the folder belongs to this user and nobody else may write in it, else -errno. */
static int folder_check(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return st.st_uid != geteuid() || st.st_mode & 022 ? -EPERM : 0;
}

static int folder_make(const char *path, bool make)
{
	if (make && mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return folder_check(path);
}

int place_base(char *path, size_t size, bool make)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int error;

	if (!runtime || *runtime != '/' || folder_check(runtime)) {
		snprintf(path, size, "/tmp/umlab-net-%u", geteuid());
		return folder_make(path, make);
	}
	if ((size_t)snprintf(path, size, "%s/umlab", runtime) + 4 >= size)
		return -ENAMETOOLONG;
	error = folder_make(path, make);
	if (error)
		return error;
	strcat(path, "/net");
	return folder_make(path, make);
}

int place_find(const char *name, char *path, size_t size, bool make)
{
	char base[PLACE_SIZE];
	int error;

	if (!*name || (*name == '.' && !strchr(name, '/')))
		return -EINVAL;
	if (strchr(name, '/')) {
		if (strlen(name) >= size)
			return -ENAMETOOLONG;
		strcpy(path, name);
		return 0;
	}
	error = place_base(base, sizeof(base), make);
	if (error)
		return error;
	if ((size_t)snprintf(path, size, "%s/%s", base, name) >= size)
		return -ENAMETOOLONG;
	return 0;
}
