// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_merge.c - umlab-disk commit, flatten, rebase, and the copying that others use too
 *
 * Commit writes into the layer below, in place. It can be interrupted anywhere and run
 * again: the overlay says `committing` meanwhile, which lets it stand on a base that is
 * no longer as it was; and as every cluster that differs is still in the overlay, the
 * disk reads the same at every moment. The overlay becomes empty last.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "map.h"
#include "tool.h"

enum { PIECE = 1 << 20 };

static bool all_zero(const uint8_t *data, size_t size)
{
	return !data[0] && !memcmp(data, data + 1, size - 1);
}

/* Write what of @size bytes differs from @old (NULL: zeros), in units of 4 KiB. */
static int write_changed(struct cow_chain *to, uint8_t *data, const uint8_t *old, uint64_t offset, uint64_t size)
{
	uint64_t start = 0, at;
	int ret = 0;

	for (at = 0; at < size && !ret; at += 4096) {
		size_t part = size - at < 4096 ? size - at : 4096;
		bool same = old ? !memcmp(data + at, old + at, part) : all_zero(data + at, part);

		if (!same)
			continue;
		if (start < at)
			ret = tool_write(to, data + start, offset + start, at - start);
		start = at + part;
	}
	if (!ret && start < size)
		ret = tool_write(to, data + start, offset + start, size - start);
	return ret;
}

int tool_copy(struct cow_chain *from, struct cow_chain *to, struct cow_chain *below, struct cow_error *error)
{
	uint8_t *data = malloc(PIECE), *old = malloc(PIECE);
	struct cow_source source;
	int ret = data && old ? 0 : -ENOMEM;

	for (uint64_t at = 0, end; at < from->size && !ret; at = end) {
		end = from->size - at < PIECE ? from->size : at + PIECE;
		if (!below) {
			cow_chain_source(from, 0, at, from->size, &source);
			if (source.state == COW_ZERO) {
				end = source.end;
				continue;
			}
			if (source.end < end)
				end = source.end;
		}
		ret = tool_read(from, data, at, end - at);
		if (!ret && below) {
			uint64_t known = below->size > at ? below->size - at : 0;

			if (known > end - at)
				known = end - at;
			memset(old + known, 0, end - at - known);
			if (known)
				ret = tool_read(below, old, at, known);
		}
		if (ret)
			cow_fail(error, ret, "%s: cannot be read at %U: %s", from->layers[0]->path, at, cow_reason(ret));
		/* The disk to fill has whole sectors. */
		memset(data + (end - at), 0, cow_round_up(end - at, 512) - (end - at));
		memset(old + (end - at), 0, cow_round_up(end - at, 512) - (end - at));
		if (!ret) {
			ret = write_changed(to, data, below ? old : NULL, at, cow_round_up(end - at, 512));
			if (ret)
				cow_fail(error, ret, "%s: cannot be written: %s", to->layers[0]->path, cow_reason(ret));
		}
		if (!ret && tool_step("copying", at, from->size))
			ret = cow_fail(error, -ECANCELED, "interrupted");
	}
	if (!ret) {
		ret = cow_chain_flush(to);
		if (ret)
			cow_fail(error, ret, "%s: cannot be written: %s", to->layers[0]->path, cow_reason(ret));
	}
	free(data);
	free(old);
	return ret;
}

/* ---- flatten --------------------------------------------------------------------------- */

int tool_flatten(int argc, char **argv, const struct tool_options *options)
{
	const char *result = options->output ? options->output : argv[0];
	struct tool_options plain = { 0 };
	struct cow_create create = { 0 };
	struct cow_error error = { "" };
	struct cow_chain *from, *to;
	const char *part;
	int ret;

	if (options->output && !access(options->output, F_OK)) {
		tool_warn("%s: exists already and stays as it is", options->output);
		return TOOL_NO;
	}
	/* In place: nobody may write to what is about to be replaced. */
	from = tool_open(argv[0], options->output ? 0 : COW_LAYER_WRITE, options);
	if (!from)
		return TOOL_NO;
	create.size = cow_round_up(from->size, 512);
	if (from->layers[0]->header)
		create.cluster_bits = from->layers[0]->cluster_bits;
	part = tool_part(result);
	ret = cow_create(&cow_io_posix, part, &create, &error) ? tool_fail(&error) : TOOL_OK;
	to = ret ? NULL : tool_open(part, COW_LAYER_WRITE, &plain);
	if (!to)
		ret = TOOL_NO;
	else if (tool_copy(from, to, NULL, &error))
		ret = tool_fail(&error);
	if (tool_close(to))
		ret = TOOL_NO;
	if (!ret)
		ret = tool_publish(result, !options->output);
	if (cow_chain_close(from) && ret == TOOL_OK && options->output)
		ret = TOOL_NO;
	return ret;
}

/* ---- commit ------------------------------------------------------------------------------ */

/* Put what @top holds into @below. */
static int commit_data(struct cow_layer *top, struct cow_chain *below, struct cow_error *error)
{
	uint64_t cluster_size = cow_layer_cluster_size(top), count;
	uint8_t *data = malloc(PIECE);
	int ret = data ? 0 : -ENOMEM;

	for (uint64_t at = 0; at < top->nr_clusters && !ret; at += count) {
		enum cow_cluster state;
		uint64_t offset = at * cluster_size, size;

		count = top->nr_clusters - at;
		state = cow_map_run(top, at, &count);
		if (state == COW_DATA && count > PIECE / cluster_size)
			count = PIECE / cluster_size;
		size = count * cluster_size;
		if (size > below->size - offset)
			size = below->size - offset;
		if (state == COW_DATA) {
			ret = cow_io_read_padded(top->io, top->file, data, size, top->data_offset + offset);
			if (ret)
				cow_fail(error, ret, "%s: cannot be read: %s", top->path, cow_reason(ret));
			else
				ret = tool_write(below, data, offset, size);
		} else if (state == COW_ZERO) {
			ret = cow_chain_zero(below, offset, size);
		}
		if (ret && !error->text[0])
			cow_fail(error, ret, "%s: cannot be written: %s", below->layers[0]->path, cow_reason(ret));
		if (!ret && tool_step("committing", offset, top->size))
			ret = cow_fail(error, -ECANCELED, "interrupted; run it again to go on");
	}
	free(data);
	return ret;
}

/* The base is complete: describe it anew, then let go of what it holds now. */
static int commit_end(struct cow_layer *top, const char *below_path, struct cow_error *error)
{
	struct cow_layer *below;
	int ret = cow_layer_open(top->io, below_path, top->header->parent.kind == COW_PARENT_RAW ? COW_LAYER_RAW : 0,
				 &below, error);

	if (ret)
		return ret;
	ret = cow_identity_fill(below, &tool_progress, &top->header->parent, error);
	cow_layer_close(below);
	if (!ret)
		ret = cow_layer_put_header(top);
	if (ret)
		return ret;
	cow_map_set(top, 0, top->nr_clusters, COW_ABSENT);
	ret = cow_layer_sync(top);
	if (!ret)
		top->io->punch(top->io, top->file, top->data_offset, cow_round_up(top->size, cow_layer_cluster_size(top)));
	return ret;
}

/* A V3 overlay knows its base by the modification time: put that back. */
static int keep_date(const char *path, const struct cow_layer *top)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = top->old->mtime } };

	return utimensat(AT_FDCWD, path, times, 0) ? -errno : 0;
}

static int commit_layer(struct cow_layer *top, const char *below_path, struct cow_error *error)
{
	const struct cow_options write = {
		.flags = COW_LAYER_WRITE | (top->old || top->header->parent.kind == COW_PARENT_RAW ? COW_LAYER_RAW : 0),
	};
	struct cow_chain *below;
	int ret = cow_chain_open(top->io, below_path, &write, &below, error), close_ret;

	if (ret)
		return ret;
	if (below->size < top->size && !top->old)
		ret = cow_chain_grow(below, top->size, error);
	if (!ret && top->header && !top->header->parent.committing) {
		top->header->parent.committing = 1;
		ret = cow_layer_begin(top);
		if (!ret)
			ret = cow_layer_put_header(top);
	}
	if (!ret)
		ret = commit_data(top, below, error);
	close_ret = cow_chain_close(below);
	if (!ret)
		ret = close_ret;
	if (top->old)
		keep_date(below_path, top);
	if (!ret && top->header)
		ret = commit_end(top, below_path, error);
	if (!ret && top->old) {
		cow_map_set(top, 0, top->nr_clusters, COW_ABSENT);
		ret = cow_layer_sync(top);
	}
	return ret;
}

int tool_commit(int argc, char **argv, const struct tool_options *options)
{
	struct cow_chain *chain = tool_open(argv[0], COW_LAYER_WRITE, options);
	struct cow_error error = { "" };
	struct cow_layer *top;
	char below[COW_PATH];
	int ret;

	if (!chain)
		return TOOL_NO;
	if (chain->nr_layers < 2) {
		tool_warn("%s: stands on nothing that it could be committed to", argv[0]);
		cow_chain_close(chain);
		return TOOL_NO;
	}
	/* Its identity is right. Now without the read locks on what is below. */
	snprintf(below, sizeof(below), "%s", chain->layers[1]->path);
	if (tool_close(chain))
		return TOOL_NO;
	ret = cow_layer_open(&cow_io_posix, argv[0], COW_LAYER_WRITE, &top, &error);
	if (ret)
		return tool_fail(&error);
	ret = commit_layer(top, below, &error);
	if (!ret)
		ret = cow_layer_close(top);
	else
		cow_layer_close(top);
	if (ret && !error.text[0])
		cow_fail(&error, ret, "%s: %s", argv[0], cow_reason(ret));
	if (ret) {
		tool_warn("%s", error.text);
		return TOOL_NO;
	}
	printf("%s holds it; other overlays on it are useless now, %s is empty\n", below, argv[0]);
	return TOOL_OK;
}

/* ---- rebase -------------------------------------------------------------------------------- */

/* Copy into the top what the new base has otherwise than the old one. */
static int rebase_data(struct cow_chain *chain, struct cow_chain *base, struct cow_error *error)
{
	struct cow_layer *top = chain->layers[0];
	uint64_t cluster_size = cow_layer_cluster_size(top), count;
	uint8_t *old = malloc(PIECE), *new = malloc(PIECE);
	int ret = old && new ? 0 : -ENOMEM;

	for (uint64_t at = 0; at < top->nr_clusters && !ret; at += count) {
		uint64_t offset = at * cluster_size, size, known;

		count = top->nr_clusters - at;
		if (cow_map_run(top, at, &count) != COW_ABSENT)
			continue;
		if (count > PIECE / cluster_size)
			count = PIECE / cluster_size;
		size = count * cluster_size;
		if (size > chain->size - offset)
			size = chain->size - offset;
		known = base->size > offset ? base->size - offset : 0;
		if (known > size)
			known = size;
		memset(new, 0, size);
		ret = tool_read(chain, old, offset, size);
		if (!ret && known)
			ret = tool_read(base, new, offset, known);
		for (uint64_t part = 0; part < size && !ret; part += cluster_size) {
			size_t length = size - part < cluster_size ? size - part : cluster_size;

			if (memcmp(old + part, new + part, length))
				ret = tool_write(chain, old + part, offset + part, length);
		}
		if (!ret && tool_step("comparing", offset, chain->size))
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

/* A COW V3 header is changed in place: its path, and the date of the base. */
static int rename_base_v3(struct cow_layer *top, struct cow_layer *base, struct cow_error *error)
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
		return cow_fail(error, -EINVAL, "%s: has %U bytes, %s was made on one of %U", base->path, base->size, top->path, top->old->size);
	ret = cow_header_make_v3(top->path, base->size, stat.mtime / 1000000000, absolute, &disk, &old, error);
	if (ret)
		return ret;
	/* Alignment and sector size stay those of the file. */
	disk.alignment = 0;
	ret = cow_io_read(top->io, top->file, &disk.sector_size, 8, offsetof(struct cow_disk_v3, sector_size));
	if (!ret)
		ret = cow_io_write(top->io, top->file, &disk, sizeof(disk), 0);
	if (!ret)
		ret = top->io->sync(top->io, top->file);
	return ret ? cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret)) : 0;
}

static int rename_base(struct cow_layer *top, struct cow_layer *base, struct cow_error *error)
{
	int ret;

	if (top->old)
		return rename_base_v3(top, base, error);
	if (base->old)
		return cow_fail(error, -EINVAL, "%s: is %s: layers stand on layers and raw files", base->path, cow_kind_name(base->kind));
	if (base->size > top->size)
		return cow_fail(error, -EINVAL, "%s: is larger than %s: resize that first", base->path, top->path);
	ret = cow_identity_fill(base, &tool_progress, &top->header->parent, error);
	if (ret)
		return ret;
	ret = cow_path_record(top->io, top->path, base->path, top->header->parent_relative, top->header->parent_absolute);
	if (!ret)
		ret = cow_layer_put_header(top);
	return ret ? cow_fail(error, ret, "%s: %s", top->path, cow_reason(ret)) : 0;
}

static int rebase_unsafe(const char *path, const char *base_path)
{
	struct cow_error error = { "" };
	struct cow_layer *top, *base;
	int ret = cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, &top, &error);

	if (ret)
		return tool_fail(&error);
	ret = cow_layer_open(&cow_io_posix, base_path, top->old ? COW_LAYER_RAW : 0, &base, &error);
	if (!ret) {
		if (!top->entry_bits)
			ret = cow_fail(&error, -EINVAL, "%s: is raw and has no base", path);
		else
			ret = rename_base(top, base, &error);
		cow_layer_close(base);
	}
	if (cow_layer_close(top) && !ret)
		ret = cow_fail(&error, -EIO, "%s: cannot be closed in order", path);
	return ret ? tool_fail(&error) : TOOL_OK;
}

int tool_rebase(int argc, char **argv, const struct tool_options *options)
{
	struct tool_options plain = { 0 };
	struct cow_chain *chain, *base;
	struct cow_error error = { "" };
	int ret;

	if (options->unsafe)
		return rebase_unsafe(argv[0], argv[1]);
	chain = tool_open(argv[0], COW_LAYER_WRITE, options);
	if (!chain)
		return TOOL_NO;
	base = tool_open(argv[1], 0, &plain);
	if (!base) {
		cow_chain_close(chain);
		return TOOL_NO;
	}
	if (chain->layers[0]->kind != COW_KIND_LAYER)
		ret = cow_fail(&error, -EINVAL, "%s: is %s: only layers can be rebased, COW V3 with -u", argv[0], cow_kind_name(chain->layers[0]->kind));
	else if (base->size > chain->size)
		ret = cow_fail(&error, -EINVAL, "%s: is larger than %s: resize that first", argv[1], argv[0]);
	else
		ret = rebase_data(chain, base, &error);
	if (!ret)
		ret = rename_base(chain->layers[0], base->layers[0], &error);
	cow_chain_close(base);
	if (ret)
		tool_fail(&error);
	return tool_close(chain) || ret ? TOOL_NO : TOOL_OK;
}
