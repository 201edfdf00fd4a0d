// SPDX-License-Identifier: GPL-2.0-only
/*
 * beside.c - read and write the small files beside a base: its identity, and the note of a commit
 *
 * These files say what a hostile header must not claim (identity.c), so only somebody who may write
 * in the folder of the base can make them. If the path of the base is a symbolic link, they do not
 * count, because a guest can make links, and files beside them, in a folder that it shares with the
 * host. Called by identity.c and commit_note.c; one thread at a time for each layer, in umlab-disk
 * or on a host thread of the disk driver.
 */
#include "beside.h"

static int beside_path(const struct cow_layer *layer, const char *suffix, const char *more,
		       char path[COW_PATH])
{
	size_t length = cow_text(path, COW_PATH, "%s%s%s", layer->path, suffix, more);

	return length < COW_PATH ? 0 : -ENAMETOOLONG;
}

int cow_beside_read(const struct cow_layer *layer, const char *suffix, void *to, size_t size)
{
	const struct cow_io *io = layer->io;
	char path[COW_PATH];
	int file, ret = beside_path(layer, suffix, "", path);

	if (ret || io->is_link(io, layer->path))
		return -ENOENT;
	file = io->open(io, path, 0);
	if (file < 0)
		return -ENOENT;
	ret = cow_io_read(io, file, to, size, 0);
	io->close(io, file);
	return ret ? -ENOENT : 0;
}

int cow_beside_write(const struct cow_layer *layer, const char *suffix, const void *from,
		     size_t size, struct cow_error *error)
{
	const struct cow_io *io = layer->io;
	char path[COW_PATH], part[COW_PATH];
	int file, ret = beside_path(layer, suffix, "", path);

	if (!ret)
		ret = beside_path(layer, suffix, ".part", part);
	if (ret)
		return cow_fail(error, ret, "%s: %s", layer->path, cow_reason(ret));
	io->unlink(io, part);
	file = io->open(io, part, COW_O_WRITE | COW_O_CREATE);
	if (file < 0)
		return cow_fail(error, file, "%s: cannot be made: %s", path, cow_reason(file));
	ret = cow_io_write(io, file, from, size, 0);
	if (!ret)
		ret = io->sync(io, file);
	io->close(io, file);
	if (!ret)
		ret = io->rename(io, part, path);
	if (!ret)
		return 0;
	io->unlink(io, part);
	return cow_fail(error, ret, "%s: cannot be made: %s", path, cow_reason(ret));
}

void cow_beside_remove(const struct cow_layer *layer, const char *suffix)
{
	char path[COW_PATH];

	if (!beside_path(layer, suffix, "", path))
		layer->io->unlink(layer->io, path);
}
