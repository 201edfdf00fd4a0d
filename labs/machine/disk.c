// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk.c - manage a machine's disk, an overlay over its image
 *
 * Called by the keeper, by the verbs and by snapshot.c. With umlab-disk, the overlay disk.cow is a
 * layer that holds the differences from the base, and the kernel reads both files. Without
 * umlab-disk, the overlay disk.img is a sparse copy of the base.
 */
#include "machine/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/tell.h"
#include "base/where.h"

char *disk_path(const struct machine *machine)
{
	char *layer = txt_printf("%s/disk.cow", machine->dir);
	char *copy = txt_printf("%s/disk.img", machine->dir);
	bool is_copy = file_exists(copy) || (!file_exists(layer) && !where_tool("umlab-disk"));

	free(is_copy ? layer : copy);
	return is_copy ? copy : layer;
}

char *disk_argument(const struct machine *machine)
{
	char *path = disk_path(machine);
	/* nocow: a guest may write what looks like the header of an overlay to a raw disk. */
	char *word = txt_printf("%s%s", strrchr(path, '/') + 1,
				txt_ends(path, ".img") ? ",nocow" : "");

	free(path);
	return word;
}

uint64_t disk_used(const struct machine *machine)
{
	return file_allocated(disk_path(machine));
}

/* Returns the size in bytes that disk= asks for, if that is larger than the base; else 0. */
static uint64_t size_wanted(const struct machine *machine, const char *base)
{
	const char *value = conf_get(&machine->conf, "disk");
	struct stat status;
	uint64_t size;

	if (!value || !txt_size_parse(value, 1 << 20, &size) || stat(base, &status) ||
	    size <= (uint64_t)status.st_size)
		return 0;
	return size;
}

static int layer_create(const char *tool, const char *base, const char *path, uint64_t size,
			char **reason)
{
	char *number = txt_printf("%lu", (unsigned long)size);
	const char *command[] = { tool, "create", "--base", base, path, size ? "--size" : NULL,
				  number,
				  NULL };
	int error = spawn_quietly(command, reason);

	free(number);
	return error;
}

int disk_create(struct machine *machine, char **reason)
{
	const char *base = conf_get(&machine->conf, "base"), *tool = where_tool("umlab-disk");
	uint64_t size;
	char *path;
	int error;

	if (!base) {
		*reason = txt_printf(_("%s has no image"), machine->name);
		return -ENOENT;
	}
	if (!file_exists(base)) {
		*reason = txt_printf(_("%s: its image %s is missing; 'umlab image list' shows all "
				       "images"), machine->name, base);
		return -ENOENT;
	}
	path = disk_path(machine);
	/* If the disk is larger than its file system, the next boot grows the file system. */
	size = size_wanted(machine, base);
	if (txt_ends(path, ".cow")) {
		error = layer_create(tool, base, path, size, reason);
	} else {
		error = file_copy(base, path, NULL);
		if (!error && size && truncate(path, size))
			error = -errno;
		if (error)
			*reason = txt_printf(_("%s: cannot copy %s: %s"), machine->name, base,
					     strerror(-error));
	}
	free(path);
	return error;
}

int disk_save(struct machine *machine, const char *file, char **reason)
{
	int error = file_copy(disk_path(machine), file, NULL);

	if (error)
		*reason = txt_printf(_("%s: cannot save the disk: %s"), machine->name,
				     strerror(-error));
	return error;
}

int disk_restore(struct machine *machine, const char *file, char **reason)
{
	int error = file_copy(file, disk_path(machine), NULL);

	if (error)
		*reason = txt_printf(_("%s: cannot restore the disk: %s"), machine->name,
				     strerror(-error));
	return error;
}

int disk_seal(const char *path, char **reason)
{
	const char *command[] = { where_tool("umlab-disk"), "seal", path, NULL };

	return command[0] ? spawn_quietly(command, reason) : 0;
}

int disk_flatten(const char *from, const char *to, char **reason)
{
	const char *command[] = { where_tool("umlab-disk"), "flatten", "--output", to, from, NULL };
	int error;

	if (command[0])
		return spawn_quietly(command, reason);
	error = file_copy(from, to, NULL);
	if (error)
		*reason = txt_copy(strerror(-error));
	return error;
}
