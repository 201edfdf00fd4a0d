// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_rebase.c - umlab-disk rebase: put an overlay on another base
 *
 * A safe rebase keeps the content of the disk. Where the new base differs from the old one, rebase
 * copies the old content into the overlay, and then records the new base. With -u, rebase only
 * records the new base, so the overlay's changes apply to different content. Called by the option
 * parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_rebase.h"

#include <stdlib.h>

#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "map.h"
#include "report.h"

/* Write those clusters of @old that differ from @new to the top layer. */
static int copy_different(struct cow_chain *chain, uint8_t *old, const uint8_t *new,
			  uint64_t offset, uint64_t size)
{
	uint64_t cluster_size = cow_layer_cluster_size(chain->layers[0]);
	int ret = 0;

	for (uint64_t part = 0; part < size && !ret; part += cluster_size) {
		size_t length = size - part < cluster_size ? size - part : cluster_size;

		if (memcmp(old + part, new + part, length))
			ret = disk_write(chain, old + part, offset + part, length);
	}
	return ret;
}

static int rebase_data(struct cow_chain *chain, struct cow_chain *base, struct cow_error *error)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t cluster_size = cow_layer_cluster_size(top), count;
	uint8_t *old = malloc(DISK_PIECE), *new = malloc(DISK_PIECE);
	int ret = old && new ? 0 : -ENOMEM;

	for (uint64_t at = 0; at < top->nr_clusters && !ret; at += count) {
		uint64_t offset = at * cluster_size, size;

		count = top->nr_clusters - at;
		if (cow_map_run(top, at, &count) != COW_ABSENT)
			continue;
		if (count > DISK_PIECE / cluster_size)
			count = DISK_PIECE / cluster_size;
		size = count * cluster_size;
		if (size > chain->size - offset)
			size = chain->size - offset;
		ret = disk_read(chain, old, offset, size);
		if (!ret)
			ret = disk_read_padded(base, new, offset, size);
		if (!ret)
			ret = copy_different(chain, old, new, offset, size);
		if (!ret && report_step("comparing", offset, chain->size))
			ret = cow_fail(error, -ECANCELED, "interrupted");
	}
	if (!ret)
		ret = cow_chain_flush(chain);
	free(old);
	free(new);
	if (ret && !error->text[0])
		cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret));
	return ret;
}

/* ---- recording the base -------------------------------------------------------------- */

/* Change a COW V3 header in place: the path of the base, and its modification time. */
static int record_base_v3(struct cow_layer *top, struct cow_layer *base, struct cow_error *error)
{
	char relative[COW_PATH], absolute[COW_PATH];
	struct cow_disk_v3 disk;
	struct cow_stat stat;
	struct cow_old old;
	int ret = base->io->stat(base->io, base->file, &stat);

	if (!ret)
		ret = cow_path_record(top->io, top->path, base->path, relative, absolute);
	if (ret)
		return cow_fail(error, ret, "%s: %s", base->path, cow_reason(ret));
	if (base->size != top->old->size)
		return cow_fail(error, -EINVAL,
				"%s: has %U bytes, but %s was made on a base of %U bytes",
				base->path, base->size, top->path, top->old->size);
	ret = cow_header_make_v3(top->path, base->size, stat.mtime / 1000000000, absolute, &disk,
				 &old, error);
	if (ret)
		return ret;
	/* Keep the sector size and the alignment, which are adjacent, as they are in the file. */
	ret = cow_io_read(top->io, top->file, &disk.sector_size, 8,
			  offsetof(struct cow_disk_v3, sector_size));
	if (!ret)
		ret = cow_io_write(top->io, top->file, &disk, sizeof(disk), 0);
	if (!ret)
		ret = top->io->sync(top->io, top->file);
	return ret ? cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret)) : 0;
}

static int record_base(struct cow_layer *top, struct cow_layer *base, struct cow_error *error)
{
	struct cow_disk_layer *header = top->header;
	int ret;

	if (top->old)
		return record_base_v3(top, base, error);
	if (base->old)
		return cow_fail(error, -EINVAL,
				"%s: is %s, but the base of a layer must be a layer or a raw file",
				base->path, cow_kind_name(base->kind));
	if (base->size > top->size)
		return cow_fail(error, -EINVAL, "%s: is larger than %s: resize that one first",
				base->path, top->path);
	ret = cow_identity_fill(base, &report_progress, &header->parent, error);
	if (ret)
		return ret;
	ret = cow_path_record(top->io, top->path, base->path, header->parent_relative,
			      header->parent_absolute);
	if (!ret)
		ret = cow_layer_put_header(top);
	return ret ? cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret)) : 0;
}

/* ---- command line -------------------------------------------------------------------- */

static enum status rebase_unsafe(const char *path, const char *base_path)
{
	struct cow_error error = { "" };
	struct cow_layer *top, *base;
	int ret = cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, &top, &error);

	if (ret)
		return report_failure(&error);
	ret = cow_layer_open(&cow_io_posix, base_path, top->old ? COW_LAYER_RAW : 0, &base, &error);
	if (!ret) {
		if (top->entry_bits)
			ret = record_base(top, base, &error);
		else
			ret = cow_fail(&error, -EINVAL, "%s: is raw and has no base", path);
		cow_layer_close(base);
	}
	if (cow_layer_close(top) && !ret)
		ret = cow_fail(&error, -EIO, "%s: cannot be closed cleanly", path);
	return ret ? report_failure(&error) : STATUS_OK;
}

static int rebase_chain(struct cow_chain *chain, struct cow_chain *base, struct cow_error *error)
{
	struct cow_layer *top = chain->layers[0];
	int ret;

	if (top->kind != COW_KIND_LAYER)
		return cow_fail(error, -EINVAL,
				"%s: is %s: only layers can be rebased, and COW V3 with -u",
				top->path, cow_kind_name(top->kind));
	if (base->size > chain->size)
		return cow_fail(error, -EINVAL, "%s: is larger than %s: resize that one first",
				base->layers[0]->path, top->path);
	ret = rebase_data(chain, base, error);
	return ret ? ret : record_base(top, base->layers[0], error);
}

static enum status rebase_run(const struct verb_args *args)
{
	const char *path = args->words.at[0], *base_path = args->words.at[1];
	enum status status = STATUS_OK, close_status;
	struct cow_error error = { "" };
	struct cow_chain *chain, *base;

	if (verb_flag(args, "unsafe"))
		return rebase_unsafe(path, base_path);
	chain = disk_open(path, COW_LAYER_WRITE | disk_flags(args), verb_value(args, "base"));
	if (!chain)
		return STATUS_FAILED;
	base = disk_open(base_path, 0, NULL);
	if (!base)
		status = STATUS_FAILED;
	else if (rebase_chain(chain, base, &error))
		status = report_failure(&error);
	cow_chain_close(base);
	close_status = disk_close(chain);
	return status ? status : close_status;
}

static const struct verb_option rebase_options[] = {
	OPTION_BASE,
	{ .letter = 'u', .name = "unsafe",
	  .help = "Only record NEWBASE as the base and copy nothing" },
	OPTION_RAW,
	{ 0 }
};

const struct verb rebase_verb = {
	.name = "rebase",
	.group = GROUP_CHANGE,
	.usage = "[OPTION]... FILE NEWBASE",
	.summary = "Put an overlay on another base",
	.help = "The content of the disk stays the same: where NEWBASE differs from the present "
		"base, the present content is copied into FILE. With -u nothing is copied, and "
		"the changes in FILE apply to NEWBASE. Use -u for a base that has only moved, "
		"and for COW V3.",
	.options = rebase_options,
	.words = "file file",
	.min_words = 2,
	.max_words = 2,
	.run = rebase_run,
};
