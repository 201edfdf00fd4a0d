// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_commit.c - umlab-disk commit: write an overlay into the layer below
 *
 * Theory of operation
 *
 * Commit writes the content of an overlay into the layer below, in place. A commit may be
 * interrupted at any moment and run again. To allow this, the overlay's header says `committing`
 * meanwhile, so that the overlay accepts a base whose content has changed. Every cluster that
 * differs is still in the overlay, so the disk reads the same at each moment.
 *
 * The header of an overlay is hostile (identity.c). It must not be able to name another file as
 * a base whose content has changed. So a note beside a raw base, BASE.umlab-commit, has the uuid of
 * the overlay during a commit. If the note cannot be written, an interrupted commit needs --base.
 *
 *   1. Write the note, and mark the overlay as committing.
 *   2. Write the overlay's clusters to the layer below, and close that layer.
 *   3. Record the new identity of the layer below; this clears the mark. Remove the note.
 *   4. Make all clusters of the overlay absent, and return their space.
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_commit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "commit_note.h"
#include "common_options.h"
#include "disk_io.h"
#include "io_posix.h"
#include "map.h"
#include "report.h"

/* Write @size bytes that @top holds at @offset, in state @state, to @below. */
static int commit_piece(struct cow_layer *top, struct cow_chain *below, enum cow_cluster state,
			uint64_t offset, uint64_t size, uint8_t *data, struct cow_error *error)
{
	int ret = 0;

	if (state == COW_DATA) {
		ret = cow_io_read_padded(top->io, top->file, data, size, top->data_offset + offset);
		if (ret)
			return cow_fail(error, ret, "%s: cannot be read: %s", top->path,
					cow_reason(ret));
		ret = disk_write(below, data, offset, size);
	} else if (state == COW_ZERO) {
		ret = cow_chain_zero(below, offset, size);
	}
	if (ret)
		return cow_fail(error, ret, "%s: cannot be written: %s", below->layers[0]->path,
				cow_reason(ret));
	if (report_step("committing", offset, top->size))
		return cow_fail(error, -ECANCELED,
				"interrupted; run umlab-disk commit again to finish");
	return 0;
}

static int commit_data(struct cow_layer *top, struct cow_chain *below, struct cow_error *error)
{
	uint64_t cluster_size = cow_layer_cluster_size(top), count;
	uint8_t *data = malloc(DISK_PIECE);
	int ret = data ? 0 : cow_fail(error, -ENOMEM, "out of memory");

	for (uint64_t at = 0; at < top->nr_clusters && !ret; at += count) {
		uint64_t offset = at * cluster_size, size;
		enum cow_cluster state;

		count = top->nr_clusters - at;
		state = cow_map_run(top, at, &count);
		if (state == COW_DATA && count > DISK_PIECE / cluster_size)
			count = DISK_PIECE / cluster_size;
		size = count * cluster_size;
		if (size > below->size - offset)
			size = below->size - offset;
		ret = commit_piece(top, below, state, offset, size, data, error);
	}
	free(data);
	return ret;
}

/* Do steps 3 and 4 for an overlay in the layer format. */
static int commit_end(struct cow_layer *top, const char *below_path, struct cow_error *error)
{
	bool is_raw = top->header->parent.kind == COW_PARENT_RAW;
	struct cow_layer *below;
	int ret = cow_layer_open(top->io, below_path, is_raw ? COW_LAYER_RAW : 0, &below, error);

	if (ret)
		return ret;
	ret = cow_identity_fill(below, &report_progress, &top->header->parent, error);
	if (!ret)
		ret = cow_layer_put_header(top);
	if (!ret && is_raw)
		cow_commit_note_remove(below);
	cow_layer_close(below);
	if (ret)
		return ret;
	cow_map_set(top, 0, top->nr_clusters, COW_ABSENT);
	ret = cow_layer_sync(top);
	if (!ret)
		top->io->punch(top->io, top->file, top->data_offset,
			       cow_round_up(top->size, cow_layer_cluster_size(top)));
	return ret;
}

/* Restore the modification time of the base, by which a COW V3 overlay recognizes it. */
static int keep_date(const char *path, const struct cow_layer *top)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = top->old->mtime } };

	return utimensat(AT_FDCWD, path, times, 0) ? -errno : 0;
}

static int commit_mark(struct cow_layer *top, struct cow_layer *below)
{
	int ret;

	if (!top->header || top->header->parent.committing)
		return 0;
	if (below->kind == COW_KIND_RAW)
		cow_commit_note_write(below, top);
	top->header->parent.committing = 1;
	ret = cow_layer_begin(top);
	return ret ? ret : cow_layer_put_header(top);
}

static int commit_layer(struct cow_layer *top, const char *below_path, struct cow_error *error)
{
	bool is_raw = top->old || top->header->parent.kind == COW_PARENT_RAW;
	const struct cow_options write = {
		.flags = COW_LAYER_WRITE | (is_raw ? COW_LAYER_RAW : 0),
	};
	struct cow_chain *below;
	int ret = cow_chain_open(top->io, below_path, &write, &below, error), close_ret;

	if (ret)
		return ret;
	if (below->size < top->size && !top->old)
		ret = cow_chain_grow(below, top->size, error);
	if (!ret)
		ret = commit_mark(top, below->layers[0]);
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

/*
 * Open the chain to check that the base is the right one. Close the chain again, because its read
 * locks would keep us from writing to the base. *@below gets the path of the layer below.
 */
static enum status find_below(const struct verb_args *args, char below[COW_PATH])
{
	const char *path = args->words.at[0];
	struct cow_chain *chain = disk_open(path, COW_LAYER_WRITE, verb_value(args, "base"));

	if (!chain)
		return STATUS_FAILED;
	if (chain->nr_layers < 2) {
		cow_chain_close(chain);
		return report_error("%s: has no base to commit to", path);
	}
	cow_text(below, COW_PATH, "%s", chain->layers[1]->path);
	return disk_close(chain);
}

static enum status commit_run(const struct verb_args *args)
{
	const char *path = args->words.at[0];
	struct cow_error error = { "" };
	struct cow_layer *top;
	char below[COW_PATH];
	enum status status = find_below(args, below);
	int ret, close_ret;

	if (status)
		return status;
	if (cow_layer_open(&cow_io_posix, path, COW_LAYER_WRITE, &top, &error))
		return report_failure(&error);
	ret = commit_layer(top, below, &error);
	close_ret = cow_layer_close(top);
	if (!ret)
		ret = close_ret;
	if (ret && !error.text[0])
		cow_fail(&error, ret, "%s: %s", path, cow_reason(ret));
	/*
	 * report_failure() would say that no file has changed, but an interrupted commit has
	 * changed the base.
	 */
	if (ret)
		return report_error("%s", error.text);
	printf("%s now holds the content of %s, which is empty; other overlays on %s can no longer "
	       "be used\n", below, path, below);
	return STATUS_OK;
}

static const struct verb_option commit_options[] = {
	OPTION_BASE,
	{ 0 }
};

const struct verb commit_verb = {
	.name = "commit",
	.group = GROUP_CHANGE,
	.usage = "[OPTION]... FILE",
	.summary = "Write the content of an overlay into the layer below",
	.help = "FILE is empty afterwards. Other overlays on the layer below can no longer be "
		"used, because their base has changed. Run an interrupted commit again; the "
		"disk reads the same at every moment.",
	.options = commit_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = commit_run,
};
