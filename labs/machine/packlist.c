// SPDX-License-Identifier: GPL-2.0-only
/*
 * packlist.c - list the files of a folder that are safe to put into an archive for others
 *
 * Called by `umlab class collect` for the folders of students. Their guests may have filled these
 * folders with links to the teacher's files, FIFOs, devices, and names that control a terminal.
 * The list has only regular files, folders and links that stay inside, so the archive has nothing
 * else. Folders are opened without following links. The list is a file without a name, because
 * paths may be longer than a command line.
 */
#include "machine/packlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/txt.h"
#include "base/unpack.h"

enum { DEPTH_MAX = 200, ENTRIES_MAX = 1 << 20 };

static bool is_skipped(const char *name, const char *const *skipped)
{
	for (; *skipped; skipped++)
		if (!strcmp(*skipped, name))
			return true;
	return false;
}

/* Is the link @name, @depth folders below the top, one that stays inside? */
static bool link_stays(int dir_fd, const char *name, int depth)
{
	char target[PATH_MAX];
	ssize_t size = readlinkat(dir_fd, name, target, sizeof(target) - 1);

	if (size < 0)
		return false;
	target[size] = '\0';
	return unpack_link_stays(target, depth);
}

static int list_add(struct packlist *list, const char *path)
{
	if (++list->nr_entries > ENTRIES_MAX)
		return -E2BIG;
	return fd_write_all(list->fd, path, strlen(path) + 1);
}

/* Lists the content of the folder @fd and closes @fd. @path is its path in the archive. */
static int folder_list(struct packlist *list, int fd, const char *path, int depth,
		       const char *const *skipped)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	struct stat status;
	int error = 0;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (!error && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		char *below;

		if (!strcmp(name, ".") || !strcmp(name, "..") || is_skipped(name, skipped))
			continue;
		if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW))
			continue;
		if (unpack_name_is_odd(name) || depth >= DEPTH_MAX ||
		    !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ||
		      (S_ISLNK(status.st_mode) && link_stays(fd, name, depth)))) {
			list->nr_left_out++;
			continue;
		}
		below = txt_printf("%s/%s", path, name);
		error = list_add(list, below);
		if (!error && S_ISDIR(status.st_mode)) {
			int next = openat(fd, name,
					  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			error = next < 0 ? -errno :
				folder_list(list, next, below, depth + 1, skipped);
		}
		free(below);
	}
	closedir(dir);
	return error;
}

int packlist_make(struct packlist *list, const char *dir, const char *prefix,
		  const char *const *skipped)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	*list = (struct packlist){ .fd = memfd_create("umlab-list", 0) };
	if (list->fd < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	error = list_add(list, prefix);
	if (error)
		close(fd);
	else
		error = folder_list(list, fd, prefix, 0, skipped);
	lseek(list->fd, 0, SEEK_SET);
	if (error)
		close(list->fd);
	return error;
}
