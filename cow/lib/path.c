// SPDX-License-Identifier: GPL-2.0-only
/*
 * path.c - make and resolve the paths by which one layer refers to another
 *
 * A layer records the path of the file below it twice: absolute, and relative to its own folder, so
 * that both files may be moved together. Symbolic links among the folders are resolved; the last
 * component is kept, so a base may be a link. Called by chain_open.c, create.c and umlab-disk, on
 * the main thread of umlab-disk or on a host thread of the disk driver.
 */
#include "path.h"

#include "text.h"

/* Returns the length of the folder part of @path including the slash; 0 if there is none. */
static size_t folder_length(const char *path)
{
	size_t length = 0;

	for (size_t i = 0; path[i]; i++)
		if (path[i] == '/')
			length = i + 1;
	return length;
}

int cow_path_beside(const char *path, const char *name, char *result, size_t size)
{
	size_t folder = name[0] == '/' ? 0 : folder_length(path);
	size_t length = strlen(name);

	if (folder + length >= size)
		return -ENAMETOOLONG;
	memcpy(result, path, folder);
	memcpy(result + folder, name, length + 1);
	return 0;
}

/* Get the absolute path of the folder of @path, with a slash at the end. */
static int absolute_folder(const struct cow_io *io, const char *path, char result[COW_PATH])
{
	char folder[COW_PATH];
	size_t length = folder_length(path);
	int ret;

	if (length >= COW_PATH)
		return -ENAMETOOLONG;
	memcpy(folder, path, length);
	memcpy(folder + length, ".", 2);
	ret = io->resolve(io, folder, result, COW_PATH - 1);
	if (ret)
		return ret;
	length = strlen(result);
	if (!length || result[length - 1] != '/')
		memcpy(result + length, "/", 2);
	return 0;
}

int cow_path_record(const struct cow_io *io, const char *path, const char *target,
		    char relative[COW_PATH], char absolute[COW_PATH])
{
	const char *name = target + folder_length(target);
	char from[COW_PATH], to[COW_PATH];
	size_t common = 0, length, up = 0;
	int ret = absolute_folder(io, path, from);

	if (!ret)
		ret = absolute_folder(io, target, to);
	if (ret)
		return ret;
	memset(relative, 0, COW_PATH);
	memset(absolute, 0, COW_PATH);
	if (strlen(to) + strlen(name) < COW_PATH)
		cow_text(absolute, COW_PATH, "%s%s", to, name);

	for (size_t i = 0; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			common = i + 1;
	for (size_t i = common; from[i]; i++)
		up += from[i] == '/';
	length = up * 3 + strlen(to + common) + strlen(name);
	if (length < COW_PATH) {
		for (size_t i = 0; i < up; i++)
			memcpy(relative + i * 3, "../", 3);
		cow_text(relative + up * 3, COW_PATH - up * 3, "%s%s", to + common, name);
	}
	return relative[0] || absolute[0] ? 0 : -ENAMETOOLONG;
}

int cow_path_same_folder(const struct cow_io *io, const char *a, const char *b, bool *same)
{
	char folder_a[COW_PATH], folder_b[COW_PATH];
	int ret = absolute_folder(io, a, folder_a);

	if (!ret)
		ret = absolute_folder(io, b, folder_b);
	if (!ret)
		*same = !strcmp(folder_a, folder_b);
	return ret;
}
