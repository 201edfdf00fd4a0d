// SPDX-License-Identifier: GPL-2.0-only
/*
 * disk.c - the disk of a machine: an overlay over its image
 *
 * With umlab-disk installed the overlay is a layer that holds what differs from the base,
 * and the kernel follows the chain by itself. Without it the overlay is a sparse copy of
 * the base. Which of the two a machine has is told by its file's name: disk.cow, disk.img.
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
	char *layer = txt_printf("%s/disk.cow", machine->dir), *copy = txt_printf("%s/disk.img", machine->dir);

	return file_exists(copy) || (!file_exists(layer) && !where_tool("umlab-disk")) ? copy : layer;
}

char *disk_argument(const struct machine *machine)
{
	return txt_copy(strrchr(disk_path(machine), '/') + 1);
}

uint64_t disk_used(const struct machine *machine)
{
	return file_allocated(disk_path(machine));
}

/* Larger than the base: the file grows here, the file system inside at the next boot. */
static int disk_grow(const struct machine *machine, const char *path)
{
	const char *value = conf_get(&machine->conf, "disk");
	struct stat status;
	uint64_t size;

	if (!value || !txt_size_parse(value, 1 << 20, &size) || stat(path, &status) || size <= (uint64_t)status.st_size)
		return 0;
	return truncate(path, size) ? -errno : 0;
}

static int layer_create(const struct machine *machine, const char *tool, const char *base, const char *path, char **reason)
{
	const char *value = conf_get(&machine->conf, "disk");
	struct stat status;
	uint64_t size;
	bool larger = value && txt_size_parse(value, 1 << 20, &size) && !stat(base, &status) && size > (uint64_t)status.st_size;
	const char *command[] = { tool, "create", "--base", base, path, larger ? "--size" : NULL, larger ? txt_printf("%lu", (unsigned long)size) : NULL, NULL };

	return spawn_quietly(command, reason);
}

int disk_create(struct machine *machine, char **reason)
{
	const char *base = conf_get(&machine->conf, "base"), *tool = where_tool("umlab-disk");
	char *path;
	int error;

	if (!base) {
		*reason = txt_printf(_("%s has no image"), machine->name);
		return -ENOENT;
	}
	if (!file_exists(base)) {
		*reason = txt_printf(_("the image %s of %s is gone; `umlab image list` shows what there is"), base, machine->name);
		return -ENOENT;
	}
	path = disk_path(machine);
	if (txt_ends(path, ".cow"))
		return layer_create(machine, tool, base, path, reason);
	error = file_copy(base, path, NULL);
	if (!error)
		error = disk_grow(machine, path);
	if (error)
		*reason = txt_printf(_("cannot copy %s for %s: %s"), base, machine->name, strerror(-error));
	return error;
}

int disk_save(struct machine *machine, const char *file, char **reason)
{
	int error = file_copy(disk_path(machine), file, NULL);

	if (error)
		*reason = txt_printf(_("cannot save the disk of %s: %s"), machine->name, strerror(-error));
	return error;
}

int disk_restore(struct machine *machine, const char *file, char **reason)
{
	int error = file_copy(file, disk_path(machine), NULL);

	if (error)
		*reason = txt_printf(_("cannot restore the disk of %s: %s"), machine->name, strerror(-error));
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
